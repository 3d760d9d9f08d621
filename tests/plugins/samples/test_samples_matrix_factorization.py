import numpy as np
import pytest
import torch
from samples_toys import bits, model, same, system, train
from sklearn.linear_model import Ridge

from toolkit.contracts import Size
from toolkit.errors import SpecError
from toolkit_samples.matrix_factorization import Factors, ridge

RATINGS = ("ratings", {"users": 60, "items": 50, "rank": 2, "noise": 0.2, "density": 0.6})
SIGNATURE = {"index:user": Size((), 5), "index:item": Size((), 4), "columns:targets": Size((1,))}


def ready(**options):
    dataset, _, made, examples = system(RATINGS, ("ids", {}), ("matrix-factorization", {"factors": 2, **options}))
    made.prepare(examples["train"])
    return dataset, made, examples


def rmse(made, examples):
    answers = [answer["rating"] for answer in examples.answered(made)]
    return float(np.sqrt(np.mean((np.array(answers) - [row["rating"] for row in examples.rows]) ** 2)))


def test_forward_equals_the_formula():
    network = Factors(5, 4, 3)
    network.mean.fill_(3.0)
    user, item = torch.tensor([1, 4]), torch.tensor([2, 3])
    for place in range(2):
        u, i = network.users[user[place]], network.items[item[place]]
        wanted = 3.0 + u[0] + i[0] + u[1:] @ i[1:]
        assert network(user, item)[place, 0].item() == pytest.approx(wanted.item(), abs=1e-6)


def test_the_mean_is_that_of_the_training_ratings():
    _, made, examples = ready()
    wanted = np.mean([row["rating"] for row in examples["train"].rows])
    assert made.network.mean.item() == pytest.approx(wanted, rel=1e-6)
    assert next(iter(made.predict([{"index:user": 0, "index:item": 0}])))["columns:targets"] == [
        made.network.mean.item()
    ]


def test_ridge_equals_scikit_learn():
    source = np.random.default_rng(0)
    x, y = source.normal(size=(9, 4)), source.normal(size=9)
    assert np.allclose(ridge(x, y, 0.7), Ridge(alpha=0.7, fit_intercept=False).fit(x, y).coef_)


def test_a_solved_user_equals_scikit_learn():
    _, made, examples = ready()
    halves = made.alternating(examples["train"])
    items, mean = made.network.items.detach().double().numpy(), made.network.mean.item()
    halves.solve("users", 0.05)
    own = [row for row in examples["train"] if row["index:user"] == 7]
    held = items[[row["index:item"] for row in own]]
    wanted = np.array([row["rating"] for row in own]) - mean - held[:, 0]
    inputs = np.column_stack([np.ones(len(own)), held[:, 1:]])
    reference = Ridge(alpha=0.05 * len(own), fit_intercept=False, tol=1e-10).fit(inputs, wanted)
    assert np.allclose(made.network.users[7].detach(), reference.coef_, atol=1e-5)


@pytest.mark.parametrize("name", ["users", "items"])
def test_a_solved_half_has_no_gradient_left(name):
    _, made, examples = ready()
    made.alternating(examples["train"]).solve(name, 0.05)
    rows = list(examples["train"])
    user, item = (torch.tensor([row[port] for row in rows]) for port in ("index:user", "index:item"))
    rating = torch.tensor([row["rating"] for row in rows])
    network = made.network
    squares = network.users[user].square().sum() + network.items[item].square().sum()
    objective = (network(user, item)[:, 0] - rating).square().sum() + 0.05 * squares
    halves = made.alternating(examples["train"])
    assert halves.objective(0.05) == pytest.approx(objective.item(), rel=1e-5)
    assert halves.rmse() == pytest.approx(rmse(made, examples["train"]), rel=1e-5)
    objective.backward()
    assert getattr(network, name).grad.abs().max() < 1e-2
    other = {"users": "items", "items": "users"}[name]
    assert getattr(network, other).grad.abs().max() > 1


def test_the_row_of_those_never_seen_stays_zero():
    _, made, examples = ready()
    halves = made.alternating(examples["train"])
    for name in halves.names:
        halves.solve(name, 0.05)
        assert not getattr(made.network, name)[0].any()
    train(made, examples["train"], torch.optim.Adam(made.parameters(), lr=0.01), epochs=1)
    assert not made.network.users[0].any() and not made.network.items[0].any()


def test_gradient_and_alternating_reach_the_same_error_near_the_noise():
    dataset, solved, examples = ready()
    halves = solved.alternating(examples["train"])
    for _ in range(10):
        for name in halves.names:
            halves.solve(name, 0.02)
    _, climbed, _ = ready()
    before = rmse(climbed, examples["test"])
    for lr in (0.05, 0.01, 0.002):
        optimizer = torch.optim.Adam(climbed.parameters(), lr=lr, weight_decay=1e-4)
        train(climbed, examples["train"], optimizer, epochs=12, batch_size=64)
    by_solving, by_climbing = rmse(solved, examples["test"]), rmse(climbed, examples["test"])
    assert abs(by_solving - by_climbing) < 0.02
    assert dataset.floor("test") < by_solving < 1.25 * dataset.floor("test") < before / 2


def test_the_seed_decides():
    one, two, three = (bits(model("matrix-factorization", SIGNATURE, seed=seed)) for seed in (1, 1, 2))
    assert same(one, two) and not same(one, three)


def test_saved_and_loaded_is_the_same(tmp_path):
    _, made, examples = ready()
    made.alternating(examples["train"]).solve("users", 0.05)
    made.save(tmp_path)
    _, other, _ = ready(spread=0.5)
    other.load(tmp_path)
    assert same(bits(made), bits(other))


def test_more_than_one_target_is_refused():
    with pytest.raises(SpecError, match="the only target"):
        model("matrix-factorization", {**SIGNATURE, "columns:targets": Size((2,))})
