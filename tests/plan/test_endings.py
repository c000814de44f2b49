"""The ancestors of a point, held once along a chain, against sets of them written out."""

import random
import tracemalloc

from mtdsl.plan.endings import Used, united


def test_every_ancestor_is_counted_once_and_as_far_as_the_furthest_point():
    draw = random.Random(0)
    for _ in range(50):
        shared, written = [Used()], [{}]
        for number in range(12):
            parents = draw.sample(range(len(shared)), min(len(shared), draw.choice([1, 1, 1, 2, 3])))
            joined = {}
            for parent in parents:
                joined = {
                    name: max(joined.get(name, 0), written[parent].get(name, 0)) for name in {**joined, **written[parent]}
                }
            before = shared[parents[0]] if len(parents) == 1 else united(shared[parent] for parent in parents)
            assert before.total == sum(joined.values())
            for tokens in (draw.randint(1, 50), 100):  # a point inside, and the end
                shared.append(before.then(f"n{number}", tokens))
                written.append({**joined, f"n{number}": tokens})
                assert shared[-1].total == sum(written[-1].values())


def test_what_points_have_in_common_is_not_walked_again():
    class Watched(Used):
        """Told when what is behind it is asked for."""

        asked = 0

        def __getattribute__(self, name):
            Watched.asked += name == "behind"
            return super().__getattribute__(name)

    point = Watched()
    for number in range(100):
        parents = [Watched(f"{side}{number}", 1, (point,), point.total + 1, point.depth + 1) for side in "ab"]
        joined = united(parents)
        point = Watched(behind=joined.behind, total=joined.total, depth=joined.depth)
    assert point.total == 200
    assert Watched.asked <= 4 * 100


def test_the_memory_of_a_chain_is_a_multiple_of_its_length():
    def held(length):
        tracemalloc.start()
        points = [Used()]
        for number in range(length):
            points.append(points[-1].then("n", number))
        size = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return size / length

    held(10)  # what is made once
    assert held(20_000) < 1.5 * held(2_000)
