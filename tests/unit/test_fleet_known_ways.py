"""What the router told is not asked again, and never stands for what it did not tell."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fleet.known_ways import KEPT_S, KnownWays, gaps
from fleet.travel import LonLat, Matrix, straight_matrix

PLACES: list[LonLat] = [(118.9 + i / 1000, 33.0) for i in range(12)]
some = st.lists(st.sampled_from(PLACES), min_size=1, max_size=8)


def told(origins: list[LonLat], destinations: list[LonLat]) -> Matrix:
    """A router in whose town a drive takes what the straight line says, and nobody drives to the last place."""
    guess = straight_matrix(origins, destinations)
    lost = {(i, j) for i in range(len(origins)) for j, to in enumerate(destinations) if to == PLACES[-1]}
    return Matrix(
        durations_s=guess.durations_s,
        distances_m=guess.distances_m,
        source="straight_line" if lost else "router",
        guessed=frozenset(lost),
    )


@given(st.lists(st.tuples(some, some), min_size=1, max_size=8))
def test_every_pair_is_asked_once_and_answered_as_the_router_answered(
    questions: list[tuple[list[LonLat], list[LonLat]]],
) -> None:
    """Whatever was asked before, asking only for the gaps gives the table the router would give for everything."""
    known = KnownWays(lambda: 0.0)
    for origins, destinations in questions:
        seconds, _ = known.table(origins, destinations)
        for rows, columns in gaps(seconds):
            starts, ends = [origins[i] for i in rows], [destinations[j] for j in columns]
            known.keep(starts, ends, told(starts, ends))
        seconds, metres = known.table(origins, destinations)
        assert list(gaps(seconds)) == []
        whole = told(origins, destinations)
        for i, row in enumerate(whole.durations_s):
            for j, duration_s in enumerate(row):
                no_path = (i, j) in whole.guessed
                assert seconds[i, j] == (np.inf if no_path else duration_s)
                assert metres[i, j] == (np.inf if no_path else whole.distances_m[i][j])


def test_a_new_place_among_known_ones_asks_for_its_row_and_its_column() -> None:
    """Of 121 pairs the 21 of the new place are asked for."""
    known = KnownWays(lambda: 0.0)
    known.keep(PLACES[:10], PLACES[:10], told(PLACES[:10], PLACES[:10]))
    asked = list(gaps(known.table(PLACES[:11], PLACES[:11])[0]))
    assert asked == [([10], list(range(11))), (list(range(10)), [10])]


def test_what_was_told_an_hour_ago_is_asked_again() -> None:
    """The router may have been given newer roads."""
    now_s = [0.0]
    known = KnownWays(lambda: now_s[0])
    known.keep(PLACES[:2], PLACES[:2], told(PLACES[:2], PLACES[:2]))
    now_s[0] = KEPT_S
    assert not np.isnan(known.table(PLACES[:2], PLACES[:2])[0]).any()
    now_s[0] = KEPT_S + 1
    assert np.isnan(known.table(PLACES[:2], PLACES[:2])[0]).all()


def test_more_places_than_are_kept_push_out_the_old_ones_and_a_question_larger_than_that_is_not_kept() -> None:
    """Memory stays bounded and no answer is mixed up."""
    known = KnownWays(lambda: 0.0, most_places=4)
    known.keep(PLACES[:3], PLACES[:3], told(PLACES[:3], PLACES[:3]))
    known.keep(PLACES[:6], PLACES[:6], told(PLACES[:6], PLACES[:6]))
    assert not np.isnan(known.table(PLACES[:3], PLACES[:3])[0]).any()
    known.keep(PLACES[3:6], PLACES[3:6], told(PLACES[3:6], PLACES[3:6]))
    assert np.isnan(known.table(PLACES[:3], PLACES[:3])[0]).all()
    assert np.array_equal(known.table(PLACES[3:6], PLACES[3:6])[0], told(PLACES[3:6], PLACES[3:6]).durations_s)
