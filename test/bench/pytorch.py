"""Trains fashion-cnn with PyTorch on the CPU for a while and prints images a second, as JSON."""

import json
import sys
import time

import torch
from torch import nn

BATCH, WARM_UP, STEPS = 100, 10, 100
torch.set_num_threads(int(sys.argv[1]))
torch.manual_seed(0)

network = nn.Sequential(
    nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(64, 64, 3, padding=1), nn.ReLU(), nn.Flatten(),
    nn.Linear(7 * 7 * 64, 128), nn.ReLU(), nn.Linear(128, 10),
).to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(network.parameters())
loss_of = nn.CrossEntropyLoss()
images = torch.randn(BATCH, 1, 28, 28).to(memory_format=torch.channels_last)
labels = torch.randint(0, 10, (BATCH,))
seconds = []
for _ in range(WARM_UP + STEPS):
    start = time.perf_counter()
    optimizer.zero_grad()
    loss_of(network(images), labels).backward()
    optimizer.step()
    seconds.append(time.perf_counter() - start)
middle = sorted(seconds[WARM_UP:])[STEPS // 2]
print(json.dumps({"version": torch.__version__, "imagesPerSecond": BATCH / middle}))
