"""Writes networks of keras.applications with random weights for `npm run bench -- --applications`.

python3 -m venv venv && venv/bin/pip install keras tensorflow && venv/bin/pip install --no-deps tensorflowjs
venv/bin/python export.py FOLDER [--keras 2] [--size PIXELS] [NAME...]

Keras 2 needs tf_keras too. Each network goes to FOLDER/NAME-k3 or FOLDER/NAME-k2 as the official converter writes it, beside
`expected.json`: parameters, MACs, and the answers in float32 and float64 to the picture in `input.bin`.
Statistics of batch normalization are measured, and the last layer is enlarged, so that an answer depends on every layer.
"""

import argparse
import importlib
import json
import os
import pathlib
import sys
import tempfile
import types

parser = argparse.ArgumentParser()
parser.add_argument("folder", type=pathlib.Path)
parser.add_argument("names", nargs="*")
parser.add_argument("--keras", type=int, choices=[2, 3], default=3)
parser.add_argument("--size", type=int)
given = parser.parse_intermixed_args()
os.environ["TF_USE_LEGACY_KERAS"] = "1" if given.keras == 2 else "0"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

# Parts of the converter that only other formats need, and that want old versions of other packages.
for name in ("tensorflow_hub", "tensorflow_decision_forests", "jax", "jax.experimental", "jax.experimental.jax2tf"):
    try:
        importlib.import_module(name)
    except ImportError:
        sys.modules[name] = types.ModuleType(name)
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, sys.modules[name])
for name, value in (("object", object), ("bool", bool)):
    if name not in np.__dict__:
        setattr(np, name, value)
from tensorflowjs.converters import converter, save_keras_model

if given.keras == 2:
    import tf_keras as keras
else:
    import keras

NETWORKS = [
    "VGG16", "ResNet50", "MobileNetV2", "MobileNetV3Small", "DenseNet121", "EfficientNetB0", "InceptionV3",
    "InceptionResNetV2", "Xception", "NASNetMobile", "ConvNeXtTiny", "RegNetX002",
]  # fmt: skip
LARGE = {"InceptionV3": 299, "InceptionResNetV2": 299, "Xception": 299}


def multiply_accumulates(model, shape):
    """MACs of the convolutions and matrix products in the graph that TensorFlow runs for one picture.

    Keras compiles convolutions of groups apart, so that the graph does not show them: they are counted by their layers.
    """
    if given.keras == 2:
        # What is compiled apart loses its shape. The graph is not run.
        for layer in model._flatten_layers(include_self=False):
            if getattr(layer, "groups", 1) > 1:
                layer._jit_compiled_convolution_op = layer.convolution_op
    function = tf.function(lambda x: model(x, training=False)).get_concrete_function(tf.TensorSpec((1, *shape)))
    grouped = [layer for layer in model._flatten_layers(include_self=False) if getattr(layer, "groups", 1) > 1]
    count = sum(int(np.prod(layer.output.shape[1:])) * int(np.prod(layer.kernel.shape[:3])) for layer in grouped)
    for op in convert_variables_to_constants_v2(function).graph.get_operations():
        if op.type not in ("Conv2D", "DepthwiseConv2dNative", "MatMul"):
            continue
        kernel = op.inputs[1].shape.as_list()
        if op.type == "Conv2D" and op.inputs[0].shape[-1] != kernel[2]:
            continue
        depth = kernel[0] if op.type == "MatMul" else int(np.prod(kernel[: 3 if op.type == "Conv2D" else 2]))
        count += op.outputs[0].shape.num_elements() * depth
    return count


def pictures(random, count, size):
    """Smooth pictures of 0 to 255, each of its own color: their features differ more than those of noise."""
    colors = random.uniform(0, 255, (count, 1, 1, 3))
    shades = tf.image.resize(random.uniform(-128, 128, (count, 6, 6, 3)), (size, size), method="bicubic").numpy()
    return np.clip(colors + shades + random.normal(0, 8, (count, size, size, 3)), 0, 255).astype("float32")


def build(name, size):
    return getattr(keras.applications, name)(weights=None, classes=10, input_shape=(size, size, 3))


def make(name, size):
    """A network whose weights are random, but whose values stay of one order through all layers."""
    model = build(name, size)
    random = np.random.default_rng(11)
    norms = [layer for layer in model.layers if layer.__class__.__name__ == "BatchNormalization"]
    for layer in norms:
        if layer.scale:
            layer.gamma.assign(random.uniform(0.5, 1.5, layer.gamma.shape))
        if layer.center:
            layer.beta.assign(random.normal(0, 0.2, layer.beta.shape))
    momenta = [layer.momentum for layer in norms]
    for layer in norms:
        layer.momentum = 0.0
    model(pictures(random, 8, size), training=True)
    for layer, momentum in zip(norms, momenta):
        layer.momentum = momentum
    last = [layer for layer in model.layers if layer.weights][-1]
    before = np.array(keras.Model(model.input, last.input)(pictures(random, 8, size)))
    kernel = last.weights[0]
    values = np.reshape(before, (8, -1)) @ np.reshape(np.array(kernel), (-1, 10))
    kernel.assign(np.array(kernel) * (1.5 / np.std(values)))
    return model, pictures(random, 1, size)


def exactly(name, size, weights, picture):
    """The answer of the same network in float64."""
    set_type("float64")
    try:
        model = build(name, size)
        model.set_weights(weights)
        return np.array(model(picture.astype("float64"), training=False))[0]
    finally:
        set_type("float32")


def set_type(name):
    keras.backend.set_floatx(name)
    (keras.mixed_precision.set_global_policy if given.keras == 2 else keras.config.set_dtype_policy)(name)


def write(model, folder):
    slashes = any("/" in layer.name for layer in model.layers)
    if given.keras == 2 and not slashes:
        save_keras_model(model, str(folder))
        return
    # The converter leaves out weights of HDF5 files whose layers have a slash in their names.
    with tempfile.TemporaryDirectory() as kept:
        model.save(f"{kept}/model.keras")
        converter.dispatch_keras_keras_to_tfjs_layers_model_conversion(f"{kept}/model.keras", str(folder))


def main(name, size):
    folder = given.folder / f"{name}-k{given.keras}"
    folder.mkdir(parents=True, exist_ok=True)
    keras.backend.clear_session()
    keras.utils.set_random_seed(7)
    model, picture = make(name, size)
    write(model, folder)
    (folder / "input.bin").write_bytes(picture.tobytes())
    own = np.array(model(picture, training=False))[0]
    exact = exactly(name, size, model.get_weights(), picture)
    expected = {
        "keras": keras.__version__,
        "size": size,
        "parameters": int(model.count_params()),
        "macs": multiply_accumulates(model, (size, size, 3)),
        "output": [float(one) for one in exact],
        "float32": [float(one) for one in own],
    }
    (folder / "expected.json").write_text(json.dumps(expected) + "\n")
    print(folder.name, expected["parameters"], expected["macs"], np.max(abs(own - exact)), np.round(exact, 3), flush=True)


for name in given.names or NETWORKS:
    # Keras 3 has no RegNet.
    if hasattr(keras.applications, name) or given.names:
        main(name, given.size or LARGE.get(name, 224))
