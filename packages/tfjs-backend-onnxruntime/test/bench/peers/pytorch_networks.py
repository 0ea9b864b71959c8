"""The networks of testing/networks for PyTorch: the same layers, widths and strides.

Two differences do not change the speed. Strided convolutions pad evenly on both sides, as PyTorch users write it, where
`same` of TensorFlow pads the far side. The LSTM of PyTorch has a second bias, which is frozen at zero.
"""

from torch import nn
from torch.nn import functional as F


def normalised(inputs, outputs, kernel, stride=1, padding=0, groups=1):
    convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01))


def depthwise(channels, stride):
    return normalised(channels, channels, 3, stride, 1, groups=channels)


def head(channels, classes):
    return [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]


def fashion_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.Flatten(),
        nn.Linear(7 * 7 * 64, 128), nn.Linear(128, 10),
    )


def lenet_300_100():
    return nn.Sequential(
        nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)
    )


def lenet_5():
    return nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10),
    )


class Residual(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        stride = 1 if inputs == outputs else 2
        self.body = nn.Sequential(
            normalised(inputs, outputs, 3, stride, 1), nn.ReLU(), normalised(outputs, outputs, 3, 1, 1)
        )
        self.shortcut = nn.Identity() if inputs == outputs else normalised(inputs, outputs, 1, stride)

    def forward(self, x):
        return F.relu(self.body(x) + self.shortcut(x))


def resnet_20():
    layers, inputs = [normalised(3, 16, 3, 1, 1), nn.ReLU()], 16
    for outputs in (16, 32, 64):
        for _ in range(3):
            layers.append(Residual(inputs, outputs))
            inputs = outputs
    return nn.Sequential(*layers, *head(64, 10))


def mobilenet_v1():
    blocks = [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [(512, 1)] * 5 + [(1024, 2), (1024, 1)]
    layers, inputs = [normalised(3, 8, 3, 2, 1), nn.ReLU6()], 8
    for filters, stride in blocks:
        outputs = filters // 4
        layers += [depthwise(inputs, stride), nn.ReLU6(), normalised(inputs, outputs, 1), nn.ReLU6()]
        inputs = outputs
    return nn.Sequential(*layers, *head(256, 2))


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, stride, expansion):
        super().__init__()
        wide = inputs * expansion
        first = [normalised(inputs, wide, 1), nn.ReLU6()] if expansion > 1 else []
        self.body = nn.Sequential(*first, depthwise(wide, stride), nn.ReLU6(), normalised(wide, outputs, 1))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.body(x) if self.adds else self.body(x)


def mobilenet_v2():
    groups = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    layers, inputs = [normalised(3, 32, 3, 2, 1), nn.ReLU6()], 32
    for expansion, outputs, repeats, stride in groups:
        for i in range(repeats):
            layers.append(InvertedResidual(inputs, outputs, stride if i == 0 else 1, expansion))
            inputs = outputs
    return nn.Sequential(*layers, normalised(320, 1280, 1), nn.ReLU6(), *head(1280, 10))


def separable(inputs, outputs):
    return [nn.Conv2d(inputs, inputs, 3, padding=1, groups=inputs, bias=False), nn.Conv2d(inputs, outputs, 1), nn.ReLU()]


def separable_cnn():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), *separable(32, 64), nn.MaxPool2d(2),
        *separable(64, 128), nn.MaxPool2d(2), *separable(128, 128), *head(128, 10),
    )


def autoencoder():
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(32, 32, 3, 2, 1, output_padding=1), nn.ReLU(),
        nn.Upsample(scale_factor=2, mode="bilinear"), nn.Conv2d(32, 16, 3, 1, 1), nn.ReLU(),
        nn.Conv2d(16, 1, 3, 1, 1), nn.Sigmoid(),
    )


class LstmClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(28, 64, batch_first=True)
        self.lstm.bias_hh_l0.requires_grad_(False).zero_()
        self.logits = nn.Linear(64, 10)

    def forward(self, x):
        return self.logits(self.lstm(x)[1][0][0])


def ds_cnn():
    layers = [normalised(1, 64, (10, 4), 2, (5, 1)), nn.ReLU()]
    for _ in range(4):
        layers += [depthwise(64, 1), nn.ReLU(), normalised(64, 64, 1), nn.ReLU()]
    return nn.Sequential(*layers, *head(64, 12))


NETWORKS = {
    "fashion-cnn": fashion_cnn,
    "lenet-300-100": lenet_300_100,
    "lenet-5": lenet_5,
    "resnet-20": resnet_20,
    "mobilenet-v1-0.25": mobilenet_v1,
    "mobilenet-v2": mobilenet_v2,
    "separable-cnn": separable_cnn,
    "autoencoder": autoencoder,
    "lstm": LstmClassifier,
    "ds-cnn": ds_cnn,
}
