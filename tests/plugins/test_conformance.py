"""The first-party plugins, held to the kit: the very file that any author writes."""

import toolkit_authoring
import toolkit_console
import toolkit_encoders
import toolkit_feedback
import toolkit_measure
import toolkit_new
import toolkit_qa
import toolkit_report
import toolkit_samples
import toolkit_serve
import toolkit_text
import toolkit_torch
from toolkit.testing import component_checks, spec_checks

test_component = component_checks(
    toolkit_authoring,
    toolkit_console,
    toolkit_encoders,
    toolkit_feedback,
    toolkit_measure,
    toolkit_new,
    toolkit_qa,
    toolkit_report,
    toolkit_samples,
    toolkit_serve,
    toolkit_text,
    toolkit_torch,
)

CPU = {"use": "cpu", "threads": 1}

test_mlp = spec_checks(
    {
        "data": {"use": "scikit-learn", "name": "wine"},
        "device": CPU,
        "tokenizer": "columns",
        "architecture": {"use": "mlp", "hidden": [8]},
        "optimizer": {"use": "adam", "epochs": 3},
        "metrics": ["accuracy", "loss"],
    }
)
test_factorization = spec_checks(
    {
        "data": {"use": "ratings", "users": 20, "items": 15},
        "device": CPU,
        "tokenizer": "ids",
        "architecture": {"use": "matrix-factorization", "factors": 2},
        "optimizer": {"use": "als", "iterations": 3},
        "metrics": [{"use": "rmse", "field": "rating"}],
    }
)
