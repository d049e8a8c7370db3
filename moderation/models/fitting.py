"""Logistic regression for training: over sparse n-grams, over dense vectors, and over the margins of both."""

import importlib
import warnings
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable

_SPARSE_STRENGTH: Final = 4.0
"""Inverse of the regularisation; 1 and 16 are a little worse on sources not trained on."""
_DENSE_STRENGTH: Final = 5.0
_FEW_STRENGTH: Final = 4.0
_MIX_STRENGTH: Final = 100.0
_LEAST_SHARE: Final = 0.02
"""What the rows of a rare label weigh together, at least: some heads have eighty of them among eighty thousand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a regression found."""

    coefficients: NDArray[np.float64]
    intercept: float

    def margins(self, features: Any) -> NDArray[np.float64]:
        """One a row."""
        return np.asarray(features @ self.coefficients + self.intercept, dtype=np.float64)


class Fitter:
    """Fits with scikit-learn, which only training needs, on one thread: the algebra's own threads spin against each
    other on a busy machine, ten times slower."""

    def __init__(self) -> None:
        """Raises FilterUnavailable without the extra [train]."""
        try:
            self._quiet = importlib.import_module("sklearn.exceptions").ConvergenceWarning
            self._regress = importlib.import_module("sklearn.linear_model").LogisticRegression
            self._limits = importlib.import_module("threadpoolctl").threadpool_limits
        except ModuleNotFoundError as error:
            raise FilterUnavailable("models.no_trainer", module=error.name) from error

    def sparse(self, features: Any, labels: NDArray[np.int8]) -> Line:
        """Over n-grams, with dual coordinate descent: seconds for a hundred thousand rows."""
        return self._fit(features, labels, C=_SPARSE_STRENGTH, solver="liblinear", dual=True, max_iter=40, tol=0.05)

    def dense(self, features: NDArray[np.float32], labels: NDArray[np.int8]) -> Line:
        """Over an encoder's vectors."""
        return self._fit(features, labels, C=_DENSE_STRENGTH, max_iter=150)

    def few(self, features: NDArray[np.float64], labels: NDArray[np.int8]) -> Line:
        """Over a few dozen features with names, whose coefficients people read."""
        return self._fit(features, labels, C=_FEW_STRENGTH, max_iter=150, tol=1e-5)

    def mix(self, margins: NDArray[np.float64], labels: NDArray[np.int8]) -> Line:
        """Over the margins of views, none of which may count against what it found."""
        line = self._fit(margins, labels, C=_MIX_STRENGTH)
        if margins.shape[1] > 1 and line.coefficients.min() < 0:
            kept = int(line.coefficients.argmax())
            alone = self._fit(margins[:, [kept]], labels, C=_MIX_STRENGTH)
            coefficients = np.zeros(margins.shape[1])
            coefficients[kept] = alone.coefficients[0]
            return Line(coefficients=coefficients, intercept=alone.intercept)
        return line

    def _fit(self, features: Any, labels: NDArray[np.int8], **settings: Any) -> Line:
        share = float(labels.mean())
        lift = _LEAST_SHARE / (1 - _LEAST_SHARE) * (1 - share) / share
        weights = np.where(labels == 1, max(1.0, lift), 1.0)
        with warnings.catch_warnings(), self._limits(1):
            warnings.simplefilter("ignore", self._quiet)  # stopping early is meant
            regression = self._regress(random_state=0, **settings).fit(features, labels, sample_weight=weights)
        return Line(coefficients=regression.coef_[0], intercept=float(regression.intercept_[0]))
