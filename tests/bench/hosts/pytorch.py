"""The autoencoder in PyTorch, one thread. Answers one JSON line per JSON line; `python.ts` is the other end."""
import array
import base64
import json
import sys
import time

import torch

STEPS, CHANNELS, UNITS = 30, 10, 64


class Autoencoder(torch.nn.Module):
    def __init__(self, parameters):
        super().__init__()
        self.encoder = torch.nn.LSTM(CHANNELS, UNITS, batch_first=True)
        self.decoder = torch.nn.LSTM(UNITS, UNITS, batch_first=True)
        self.head = torch.nn.Linear(UNITS, CHANNELS)
        at = 0

        def take(rows, columns):
            nonlocal at
            part = parameters[at : at + rows * columns].reshape(rows, columns)
            at += rows * columns
            return part.T.squeeze()

        # Keras and PyTorch order the gates alike (i, f, g, o). PyTorch has a second bias, which stays zero and fixed.
        with torch.no_grad():
            for layer, inputs in ((self.encoder, CHANNELS), (self.decoder, UNITS)):
                layer.weight_ih_l0.copy_(take(inputs, 4 * UNITS))
                layer.weight_hh_l0.copy_(take(UNITS, 4 * UNITS))
                layer.bias_ih_l0.copy_(take(1, 4 * UNITS))
                layer.bias_hh_l0.zero_()
                layer.bias_hh_l0.requires_grad_(False)
            self.head.weight.copy_(take(UNITS, CHANNELS))
            self.head.bias.copy_(take(1, CHANNELS))

    def forward(self, windows):
        _, (hidden, _) = self.encoder(windows)
        repeated = hidden[0].unsqueeze(1).expand(-1, STEPS, -1)
        return self.head(self.decoder(repeated)[0])


class Host:
    def __init__(self, folder):
        torch.set_num_threads(1)
        self.parameters = load(f"{folder}/parameters.f32")
        self.windows = load(f"{folder}/windows.f32").reshape(-1, STEPS, CHANNELS)

    def prepare(self, _name):
        self.model = Autoencoder(self.parameters)
        self.trained = Autoencoder(self.parameters)
        learned = [p for p in self.trained.parameters() if p.requires_grad]
        self.adam = torch.optim.Adam(learned, lr=1e-3, betas=(0.9, 0.999), eps=1e-7)
        detail = f"PyTorch {torch.__version__}, {find_blas()}, 1 thread"
        return {"detail": detail, "output": "reconstruction", "roofMultiplyAdds": None}

    def reconstruct(self, batch):
        with torch.no_grad():
            return self.model(self.windows[:batch])

    def step(self, batch):
        windows = self.windows[:batch]
        self.adam.zero_grad(set_to_none=True)
        loss = torch.nn.functional.mse_loss(self.trained(windows), windows)
        loss.backward()
        self.adam.step()
        return loss.item()

    def predict(self, _name, batch, kept):
        values = array.array("f", self.reconstruct(batch)[:kept].flatten().tolist())
        return base64.b64encode(values.tobytes()).decode()

    def train(self, _name, batch, steps):
        return [self.step(batch) for _ in range(steps)]

    def time(self, _name, task, runs):
        run = self.step if task["kind"] == "train" else self.reconstruct
        milliseconds = []
        for _ in range(runs):
            start = time.perf_counter()
            run(task["batch"])
            milliseconds.append(1000 * (time.perf_counter() - start))
        return milliseconds


def find_blas():
    """The library behind the matrix products. Debian's PyTorch takes what the system has, at worst one for reference only."""
    with open("/proc/self/maps") as file:
        paths = {line.split()[-1] for line in file if "blas" in line}
    if any("/blas/libblas.so" in path for path in paths):
        raise RuntimeError("it has only the reference BLAS, which is no peer: apt-get install libopenblas0-serial")
    return "OpenBLAS" if any("openblas" in path for path in paths) else "its own BLAS"


def load(path):
    with open(path, "rb") as file:
        return torch.frombuffer(bytearray(file.read()), dtype=torch.float32)


host = Host(sys.argv[1])
for line in sys.stdin:
    question = json.loads(line)
    try:
        answer = {"result": getattr(host, question["method"])(*question["values"])}
    except Exception as error:  # told to the driver, which reports it
        answer = {"error": str(error)}
    print(json.dumps(answer), flush=True)
