"""Figures over features: Fréchet distance, inception-style score, diversity. Arrays in, numbers out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def frechet_distance(a: Floats, b: Floats) -> float:
    """Between two clouds of features, each taken for a normal distribution; rows are pictures."""
    gap = a.mean(0) - b.mean(0)
    first, second = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = _root(first)
    shared = np.linalg.eigvalsh(root @ second @ root)
    return float(gap @ gap + np.trace(first) + np.trace(second) - 2 * np.sqrt(np.clip(shared, 0, None)).sum())


def _root(symmetric: Floats) -> Floats:
    values, vectors = np.linalg.eigh(symmetric)
    root: Floats = (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T
    return root


def inception_score(chances: Floats) -> float:
    """Of each picture's chances over classes: high where each is sure and all together are varied."""
    p = np.clip(chances, 1e-12, 1)
    overall = p.mean(0, keepdims=True)
    return float(np.exp((p * (np.log(p) - np.log(overall))).sum(1).mean()))


def diversity(features: Floats) -> float:
    """Mean distance, one less cosine, between the pictures of one prompt; features have length one."""
    count = len(features)
    likeness = features @ features.T
    return float(1 - (likeness.sum() - np.trace(likeness)) / (count * (count - 1)))
