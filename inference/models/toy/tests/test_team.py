"""Two processes that train one model: they end with equal weights, and the first one's clock decides when."""
import torch
import torch.multiprocessing

from training.optimiser import Optimiser
from training.run import Run
from training.team import EVERY, Team


def learn(rank, folder):
    """Each rank pulls one weight matrix towards a target of its own."""
    torch.set_num_threads(1)
    run = Run(folder, "cpu", team=Team(rank, 2, folder + "/meeting"))
    weight = torch.nn.Parameter(torch.full((8, 8), float(rank + 1)))
    run.team.share([weight])
    assert (weight == 1).all()
    opt = Optimiser([weight], [], 0.0, 0.05)
    opt.set_factor(1.0)
    target, turns, steps = (3.0, -1.0)[rank], iter([1.0, 1.0, -1.0] if rank == 0 else [5.0] * 3), 0
    while True:
        if run.team.due(steps):
            left = run.meet(opt.tensors(), lambda: next(turns))
        if left <= 0:
            break
        opt.zero()
        ((weight - target) ** 2).mean().backward()
        opt.step()
        steps += 1
    torch.save((steps, weight.detach(), opt.ema[0], run.team.total([rank + 1.0, len("ab")])), f"{folder}/rank{rank}.pt")
    run.team.close()


def test_ranks_average_and_stop_together(tmp_path):
    torch.multiprocessing.spawn(learn, (str(tmp_path),), nprocs=2)
    (steps, weight, ema, sums), second = (torch.load(tmp_path / f"rank{r}.pt") for r in (0, 1))
    assert steps == second[0] == 2 * EVERY
    assert torch.equal(weight, second[1]) and torch.equal(ema, second[2])
    assert 0.9 < weight.mean() < 1.1, "the pulls of the two ranks cancel"
    assert sums == second[3] == [3.0, 4.0]


def test_a_team_of_one_changes_nothing():
    team, numbers = Team(), torch.arange(3.0)
    team.average([numbers])
    assert numbers.tolist() == [0, 1, 2] and team.agree(4.5) == 4.5 and team.mean([2.0]) == [2.0] and team.due(1)
