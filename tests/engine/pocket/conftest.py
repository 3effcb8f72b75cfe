"""One thread for torch: what these tests paint is too small for two, and two that wait for each other crawl as soon as
something else runs beside the suite.
"""

import pytest
import torch


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)
