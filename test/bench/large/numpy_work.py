"""The work of Secateur's large bench in numpy: python numpy_work.py histograms|dry-run|prune MODEL [OUT].

Prints seconds, CPU seconds and peak bytes of the process as JSON, and the threshold of a pruning.
"""
import json, os, resource, sys, time

begun = time.perf_counter()
import numpy as np

task, model = sys.argv[1:3]
with open(os.path.join(model, "model.json")) as file:
    [group] = json.load(file)["weightsManifest"]
shards = [os.path.join(model, name) for name in group["paths"]]
held = np.empty(sum(os.path.getsize(shard) for shard in shards) // 4, np.float32)
at = 0
for shard in shards:
    with open(shard, "rb") as file:
        at += file.readinto(memoryview(held[at:]).cast("B")) // 4
tensors, at = {}, 0
for entry in group["weights"]:
    size = int(np.prod(entry["shape"]))
    tensors[entry["name"]] = held[at : at + size]
    at += size
kernels = [values for name, values in tensors.items() if name.endswith("kernel")]
told = {}
if task == "histograms":
    for values in kernels:
        np.histogram(values, 48)
        sizes = np.abs(values)
        np.histogram(sizes, 1024, (0, sizes.max()))
        told = {"zeros": int(np.count_nonzero(values == 0)), "nan": int(np.isnan(values).sum()), "std": float(values.std())}
else:
    sizes = np.abs(np.concatenate(kernels))
    count = round(0.9 * sizes.size)
    threshold = np.partition(sizes, count)[count]
    del sizes
    told = {"threshold": float(threshold), "nonzero": 0}
    # Of equal weights the first become 0, so that their number is exact.
    ties = count - sum(int(np.count_nonzero(np.abs(values) < threshold)) for values in kernels)
    for values in kernels:
        equal = np.flatnonzero(np.abs(values) == threshold)[:ties]
        ties -= len(equal)
        if task == "prune":
            values[np.abs(values) < threshold] = 0
            values[equal] = 0
        told["nonzero"] += int(np.count_nonzero(np.abs(values) >= threshold))
    if task == "prune":
        os.makedirs(sys.argv[3])
        raw, at = memoryview(held).cast("B"), 0
        for shard in shards:
            size = os.path.getsize(shard)
            with open(os.path.join(sys.argv[3], os.path.basename(shard)), "wb") as file:
                file.write(raw[at : at + size])
                file.flush()
                os.fsync(file.fileno())
            at += size
used = resource.getrusage(resource.RUSAGE_SELF)
print(json.dumps({**told, "seconds": time.perf_counter() - begun, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss * 1024}))
