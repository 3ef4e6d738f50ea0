#!/usr/bin/env python3
"""Writes src/HalfFull/Engine/StepTime/step-models.json from the calibration file.

    python3 scripts/make-step-models.py CALIBRATION.json > src/HalfFull/Engine/StepTime/step-models.json

Keeps only what the formulas of docs/step-models.md need, under this project's names. The predicted entries of the A40 are
not in the calibration file; they are computed here with its own fallback formulas, after checking that these formulas
reproduce every dense predicted entry that is in the file.
"""
import json
import math
import sys


def canonical(name):
    """The spelling of HalfFull: lower case, no "Meta-", "-hf" or "-Instruct"; the same rule as ModelName.cs."""
    name = name.lower().removeprefix("meta-")
    while name.endswith(("-hf", "-instruct")):
        name = name.removesuffix("-hf").removesuffix("-instruct")
    return name


def four_digits(value):
    return float(f"{value:.4g}")


def compact(value):
    return json.dumps(value, separators=(",", ":"))


def kv_capacity(gpu, model, tp):
    kv_bytes = 4 * model["layers"] * max(model["kv_heads"] / tp, 1) * model["head_dim"]
    return max(0, math.floor((0.9 * gpu["mem_bytes"] - model["weight_bytes"] / tp) / kv_bytes))


class Fallback:
    """The calibration page's formulas for a GPU and a dense model that were not measured together."""

    def __init__(self, source):
        self.source = source
        self.parameters = source["fallback"]

    def gemm(self, device, m, n, k):
        p = self.parameters["gemm_parameters"][device]
        gpu = self.source["devices"][device]
        padded = max(m, 16) if m <= 64 else math.ceil(m / 64) * 64
        small = 1 + p["s_small_output_penalty_per_1e6"] * 1e6 / (max(padded, 1) * n)
        memory = 2 * (n * k + m * k + m * n) / (gpu["hbm_bytes_per_s"] * p["em_memory_efficiency"])
        compute = 2 * padded * n * k / (gpu["fp16_dense_flop_per_s"] * p["ec_compute_efficiency"]) * small
        exponent = p["p_exponent"]
        return p["o_us"] + (memory ** exponent + compute ** exponent) ** (1 / exponent) * 1e6

    def linear(self, device, model, tp, tokens):
        hidden, head = model["hidden"], model["head_dim"]
        heads, kv_heads = model["q_heads"] / tp, max(model["kv_heads"] / tp, 1)
        mlp = model["mlp_hidden"] / tp
        p = self.parameters["elementwise_parameters"][device]
        moved = 2 * tokens * (4 * hidden + 2 * (model["q_heads"] + model["kv_heads"]) / tp * head + 3 * mlp + 3 * hidden)
        return (
            self.gemm(device, tokens, (heads + 2 * kv_heads) * head, hidden)
            + self.gemm(device, tokens, hidden, heads * head)
            + self.gemm(device, tokens, 2 * mlp if model["gated_mlp"] else mlp, hidden)
            + self.gemm(device, tokens, hidden, mlp)
            + p["o_us"] + moved / (self.source["devices"][device]["hbm_bytes_per_s"] * p["ee_efficiency"]) * 1e6
        )

    def check(self):
        for entry in self.source["derived_step_models"]:
            model = self.source["models"][entry["model"]]
            if "experts" in model:
                continue
            for tokens, micros in zip(self.source["derived_linear_knot_tokens"], entry["linear_us"]):
                computed = self.linear(entry["device"], model, entry["tp"], tokens)
                assert abs(computed / micros - 1) < 6e-4, (entry["device"], entry["model"], entry["tp"], tokens)

    def a40_entries(self):
        gpu = self.source["devices"]["a40"]
        for name in ("Llama-3.1-8B", "Llama-3.1-70B"):
            model = self.source["models"][name]
            for tp in (1, 2, 4, 8):
                if kv_capacity(gpu, model, tp) == 0:
                    continue
                yield {
                    "device": "a40", "model": name, "tp": tp, "layers": model["layers"],
                    "linear_us": [four_digits(self.linear("a40", model, tp, tokens))
                                  for tokens in self.source["derived_linear_knot_tokens"]],
                    "attention": {"key": "a40/vidur2024/1x1x128", "decode_seq_multiplier": model["kv_heads"] // tp,
                                  "prefill_multiplier": model["q_heads"] // tp, "time_scale": 1},
                    "all_reduce": f"a40_pairwise_nvlink/{tp}" if tp > 1 else None,
                    "lm_head_us": [four_digits(self.gemm("a40", s, model["vocab"] / tp, model["hidden"]))
                                   for s in self.source["lm_head_knot_seqs"]],
                }


def attention(source, curve):
    result = {}
    if "decode_table_us" in curve:
        own = {"sequences": curve.get("decode_seq_knots"), "lengths": curve.get("decode_len_knots")}
        result["decode"] = {name: knots for name, knots in own.items() if knots} | {"micros": curve["decode_table_us"]}
    else:
        result["decode"] = {"planes": curve["decode_planes_us"]}
    result["prefill"] = {"planes": curve["prefill_planes_us"]}
    return {"source": curve["source"], **result}


def entry_row(entry, provenance):
    used = entry["attention"]
    return {
        "gpu": entry["device"], "model": canonical(entry["model"]), "tp": entry["tp"], "provenance": provenance,
        "attention": used["key"], "sequenceMultiplier": used["decode_seq_multiplier"],
        "prefillMultiplier": used["prefill_multiplier"], "timeScale": used["time_scale"],
        **({"allReduce": entry["all_reduce"]} if entry["all_reduce"] else {}),
        "linearMicros": entry["linear_us"], "lmHeadMicros": entry["lm_head_us"],
    }


def main(path):
    with open(path, encoding="utf-8") as file:
        source = json.load(file)
    fallback = Fallback(source)
    fallback.check()

    entries = [entry_row(e, "fitted") for e in source["step_models"]]
    entries += [entry_row(e, "predicted") for e in source["derived_step_models"]]
    entries += [entry_row(e, "predicted") for e in fallback.a40_entries()]
    gpus = list(source["devices"])
    models = [canonical(name) for name in source["models"]]
    entries.sort(key=lambda e: (gpus.index(e["gpu"]), models.index(e["model"]), e["tp"]))

    sections = {
        "knots": {
            "fitted": source["linear_knot_tokens"], "predicted": source["derived_linear_knot_tokens"],
            "lmHead": source["lm_head_knot_seqs"],
            "decodeSequences": source["decode_seq_knots"], "decodeLengths": source["decode_len_knots"],
        },
        "overheads": [
            {"name": name, "baseMicros": round(o["base_ms"] * 1000, 3), "microsPerSequence": round(o["per_seq_ms"] * 1000, 3),
             "note": o["note"]} for name, o in source["overhead_ms"].items()],
        "gpus": [{"name": name, "title": g["name"], "memoryBytes": g["mem_bytes"]} for name, g in source["devices"].items()],
        "models": [
            {"name": canonical(name), "layers": m["layers"], "hidden": m["hidden"], "mlpHidden": m["mlp_hidden"],
             "queryHeads": m["q_heads"], "kvHeads": m["kv_heads"], "headDim": m["head_dim"], "vocabulary": m["vocab"],
             "parameters": m["params"]} for name, m in source["models"].items()],
        "attention": {key: attention(source, curve) for key, curve in source["attention_us"].items()},
        "allReduce": {
            key: {"bytesLog2": a["bytes_knots_log2"], "micros": a["time_us"]} for key, a in source["all_reduce_us"].items()},
        "entries": entries,
    }

    lines = ['{', '"schema":"halffull.step-models/1",',
             '"provenance":"Coefficients fitted to kernel timings of Vidur (MIT, Copyright (c) Microsoft Corporation) and '
             'aiconfigurator (Apache-2.0, Copyright (c) NVIDIA Corporation and affiliates; modified: filtered, sampled, reduced '
             'to coefficients). See docs/step-models.md. Written by scripts/make-step-models.py.",']
    for name, section in sections.items():
        is_list = isinstance(section, list)
        rows = [compact(v) for v in section] if is_list else [f'{compact(k)}:{compact(v)}' for k, v in section.items()]
        lines.append(f'"{name}":' + ("[" if is_list else "{"))
        lines.append(",\n".join(rows))
        lines.append(("]" if is_list else "}") + ("," if name != "entries" else ""))
    lines.append("}")
    print("\n".join(lines))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: make-step-models.py CALIBRATION.json")
    main(sys.argv[1])
