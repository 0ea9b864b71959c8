"""PyTorch as a contender. Argument: threads. Reads orders from stdin, as described in orders.ts, and answers on stdout.

`best` is the fused Adam with the faster of NCHW and channels_last, and for evaluation the fastest batch as well: all
of them are tried when a network is prepared. `tutorial` is NCHW and plain Adam.
"""

import itertools
import json
import sys
import time

import numpy
import torch
from torch import nn
from pytorch_networks import NETWORKS

RATE = 1e-3
EVALUATION_BATCHES = (32, 100, 250, 500)
PROBE_MS = 200
FORMATS = {"NCHW": torch.contiguous_format, "channels_last": torch.channels_last}


class Variant:
    """One network with its optimizer and examples in one memory format."""

    def __init__(self, figures, examples, layout, fused):
        torch.manual_seed(0)
        self.batch, self.layout = figures["batch"], layout
        self.network = NETWORKS[figures["name"]]()
        trained = [p for p in self.network.parameters() if p.requires_grad]
        self.parameters = sum(p.numel() for p in trained)
        count, shape = examples["count"], figures["inputShape"]
        images = numpy.fromfile(examples["images"], dtype="<f4").reshape(count, *shape)
        self.images = torch.from_numpy(images)
        if len(shape) == 3:
            memory_format = FORMATS[layout]
            self.images = self.images.permute(0, 3, 1, 2).contiguous(memory_format=memory_format)
            self.network = self.network.to(memory_format=memory_format)
        trained = [p for p in self.network.parameters() if p.requires_grad]
        self.optimizer = torch.optim.Adam(trained, lr=RATE, fused=True) if fused else torch.optim.Adam(trained, lr=RATE)
        if figures["classes"] is None:
            self.truth, self.loss_of = self.images, nn.MSELoss()
        else:
            labels = numpy.fromfile(examples["labels"], dtype=numpy.uint8)
            self.truth, self.loss_of = torch.from_numpy(labels).long(), nn.CrossEntropyLoss()
        self.count, self.steps, self.loss = count, 0, float("nan")

    def train_step(self):
        first = self.steps % (self.count // self.batch) * self.batch
        self.steps += 1
        self.network.train()
        x, y = self.images[first : first + self.batch], self.truth[first : first + self.batch]
        self.optimizer.zero_grad()
        loss = self.loss_of(self.network(x), y)
        loss.backward()
        self.optimizer.step()
        self.loss = loss.item()

    def evaluate(self, batch):
        self.network.eval()
        first = self.steps % (self.count // batch) * batch
        self.steps += 1
        with torch.inference_mode():
            self.network(self.images[first : first + batch])


def timed(step, milliseconds):
    times, end = [], time.perf_counter() + milliseconds / 1000
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1000)
    return times


def fastest(step):
    """The best of a few steps within a time limit, because large networks have many variants."""
    step()
    return min(timed(step, PROBE_MS))


class Contender:
    def prepare(self, figures, examples):
        layouts = list(FORMATS) if len(figures["inputShape"]) == 3 else ["NCHW"]
        self.tutorial = Variant(figures, examples, "NCHW", fused=False)
        fused = [Variant(figures, examples, layout, fused=True) for layout in layouts]
        fastest(self.tutorial.train_step)
        self.best = min(fused, key=lambda variant: fastest(variant.train_step))
        batches = [batch for batch in EVALUATION_BATCHES if batch <= examples["count"]]
        self.evaluated, self.evaluation_batch = min(
            itertools.product(fused, batches),
            key=lambda pair: fastest(lambda: pair[0].evaluate(pair[1])) / pair[1],
        )
        fastest(lambda: self.tutorial.evaluate(figures["batch"]))
        chosen = f"training {self.best.layout}, evaluation {self.evaluated.layout} at {self.evaluation_batch}"
        return {"parameters": self.best.parameters, "chosen": chosen}

    def train(self, manner, milliseconds):
        variant = self.best if manner == "best" else self.tutorial
        times = timed(variant.train_step, milliseconds)
        return {"milliseconds": times, "examples": variant.batch, "loss": variant.loss}

    def evaluate(self, manner, milliseconds):
        variant, batch = (self.evaluated, self.evaluation_batch) if manner == "best" else (self.tutorial, self.tutorial.batch)
        times = timed(lambda: variant.evaluate(batch), milliseconds)
        return {"milliseconds": times, "examples": batch, "loss": 0}


def main():
    torch.set_num_threads(int(sys.argv[1]))
    contender = Contender()
    for line in sys.stdin:
        order = json.loads(line)
        task = order.pop("task")
        if task == "describe":
            answer = {"version": torch.__version__, "networks": []}
        elif task == "prepare":
            answer = contender.prepare(order["network"], order["examples"])
        else:
            answer = getattr(contender, task)(**order)
        print(json.dumps(answer), flush=True)


main()
