"""Verification: statements proved by exact arguments or refuted with a witness, and derivations checked step by step."""

from __future__ import annotations

from symseries.derivations.derivation import Derivation, Report, Step, check_file
from symseries.derivations.steps import derive_coefficient, derive_constant
from symseries.derivations.verdict import Diagnosis, Verdict
from symseries.derivations.verifying import verify

__all__ = [
    "Derivation",
    "Diagnosis",
    "Report",
    "Step",
    "Verdict",
    "check_file",
    "derive_coefficient",
    "derive_constant",
    "verify",
]
