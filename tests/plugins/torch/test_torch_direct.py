from __future__ import annotations

from toolkit_torch.configs_optimizers import Direct
from toolkit_torch.direct import direct


class Counts:
    def fit(self, train, validation):
        self.seen = (list(train), list(validation))


def test_direct_fits_the_model_once(tmp_path):
    model = Counts()
    facts = direct(Direct()).train(model, [1, 2, 3], [4], run=None)
    assert model.seen == ([1, 2, 3], [4])
    assert facts == {"examples": 3}
