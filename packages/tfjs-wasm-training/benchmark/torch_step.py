"""The networks of the benchmark in PyTorch. Reads requests from standard input, one JSON object a line, and answers each
with one: {"network": shape, "batch": n, "threads": n, "memoryFormat": "channels_last" or "contiguous", "seconds": s,
"clock": "wall" or "processor"}
-> {"imagesPerSecond": rate} of full training steps (forward, gradients, AdamW). The first line says the version."""

import json
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn


class ConvolutionNorm(nn.Module):
    def __init__(self, channels, out, kernel, stride=1, groups=1, activation=True):
        super().__init__()
        self.convolution = nn.Conv2d(channels, out, kernel, stride, kernel // 2, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(out)
        self.activation = activation

    def forward(self, x):
        y = self.norm(self.convolution(x))
        return F.relu6(y) if self.activation else y


class Residual(nn.Module):
    def __init__(self, channels, out, expansion, stride):
        super().__init__()
        wide = channels * expansion
        self.layers = nn.Sequential(
            ConvolutionNorm(channels, wide, 1),
            ConvolutionNorm(wide, wide, 3, stride, wide),
            ConvolutionNorm(wide, out, 1, activation=False),
        )
        self.adds = stride == 1 and channels == out

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.adds else y


def attend(q, k, v):
    if hasattr(F, "scaled_dot_product_attention"):
        return F.scaled_dot_product_attention(q, k, v)
    return torch.softmax(q @ k.transpose(-2, -1) * q.shape[-1] ** -0.5, -1) @ v


class Encoder(nn.Module):
    def __init__(self, width, heads, mlp):
        super().__init__()
        self.heads = heads
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.qkv = nn.ModuleList([nn.Linear(width, width) for _ in range(3)])
        self.output = nn.Linear(width, width)
        self.mlp = nn.Sequential(nn.Linear(width, mlp), nn.GELU(), nn.Linear(mlp, width))

    def forward(self, x):
        batch, tokens, width = x.shape
        normal = self.norms[0](x)
        q, k, v = (layer(normal).view(batch, tokens, self.heads, -1).transpose(1, 2) for layer in self.qkv)
        x = x + self.output(attend(q, k, v).transpose(1, 2).reshape(batch, tokens, width))
        return x + self.mlp(self.norms[1](x))


class Network(nn.Module):
    def __init__(self, shape):
        super().__init__()
        channels = shape["stem"]["channels"]
        layers = [ConvolutionNorm(3, channels, 3, shape["stem"]["stride"])]
        for residual in shape["residuals"]:
            layers.append(Residual(channels, residual["channels"], residual["expansion"], residual["stride"]))
            channels = residual["channels"]
        if "convolution" in shape:
            layers.append(ConvolutionNorm(channels, shape["convolution"], 3))
            channels = shape["convolution"]
        self.layers = nn.Sequential(*layers)
        encoder = shape["encoder"]
        self.embed = nn.Linear(channels, encoder["width"])
        self.encoder = Encoder(encoder["width"], encoder["heads"], encoder["mlp"])
        self.head = nn.Linear(encoder["width"], shape["classes"])

    def forward(self, images):
        x = self.layers(images)
        tokens = x.permute(0, 2, 3, 1).flatten(1, 2)
        return self.head(self.encoder(self.embed(tokens)).mean(1))


class Contestant:
    def __init__(self, request):
        shape, batch = request["network"], request["batch"]
        self.format = torch.channels_last if request["memoryFormat"] == "channels_last" else torch.contiguous_format
        self.network = Network(shape).to(memory_format=self.format)
        extent = shape["extent"]
        self.images = torch.randn(batch, 3, extent, extent).to(memory_format=self.format)
        self.labels = torch.arange(batch) % shape["classes"]
        self.optimizer = torch.optim.AdamW(self.network.parameters(), lr=1e-3)
        for _ in range(3):
            self.step()

    def step(self):
        self.optimizer.zero_grad(set_to_none=True)
        F.cross_entropy(self.network(self.images), self.labels).backward()
        self.optimizer.step()

    def rate(self, seconds, clock):
        now = time.process_time if clock == "processor" else time.perf_counter
        steps, start = 0, now()
        while steps == 0 or now() - start < seconds:
            self.step()
            steps += 1
        return steps * len(self.labels) / (now() - start)


def main():
    torch.manual_seed(1)
    contestants = {}
    print(json.dumps({"version": torch.__version__}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        torch.set_num_threads(request["threads"])
        key = json.dumps([request[name] for name in ("network", "batch", "memoryFormat")])
        if key not in contestants:
            contestants[key] = Contestant(request)
        print(json.dumps({"imagesPerSecond": contestants[key].rate(request["seconds"], request["clock"])}), flush=True)


main()
