import numpy as np
import pytest

from engine.pocket.evaluation.measures import diversity, frechet_distance, inception_score


def test_the_distance_of_a_cloud_to_itself_is_nothing_and_grows_as_it_moves() -> None:
    cloud = np.random.default_rng(1).normal(size=(400, 6))
    cloud -= cloud.mean(0)
    assert frechet_distance(cloud, cloud) == pytest.approx(0, abs=1e-8)
    assert frechet_distance(cloud, cloud + 1) == pytest.approx(6, rel=1e-6)
    assert frechet_distance(cloud, cloud * 3) == pytest.approx(4 * np.trace(np.cov(cloud, rowvar=False)), rel=1e-6)


def test_sure_and_varied_pictures_score_as_many_as_there_are_classes() -> None:
    assert inception_score(np.eye(5)) == pytest.approx(5, rel=1e-6)
    assert inception_score(np.full((5, 5), 0.2)) == pytest.approx(1)


def test_four_times_the_same_picture_has_no_diversity() -> None:
    assert diversity(np.tile([[0.6, 0.8]], (4, 1))) == pytest.approx(0)
    assert diversity(np.eye(3)) == pytest.approx(1)
