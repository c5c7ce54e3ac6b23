"""Sample files: small, never half read, thinned out without losing peaks."""

from __future__ import annotations

from math import isnan, nan
from pathlib import Path

import pytest

from jupyter_easymaker.monitoring.samples import KEPT_RECORDS, Sample, SampleFile, cadence, read, thinned


def series(count: int, step: float = 2.0) -> list[Sample]:
    return [Sample(1e9 + step * n, cpu=float(n % 2) * 100, memory=float(n)) for n in range(count)]


def test_what_is_appended_is_read_back_by_time(tmp_path: Path) -> None:
    path = str(tmp_path / "samples")
    file = SampleFile(path)
    for sample in series(10):
        file.append(sample)
    assert [sample.memory for sample in read(path)] == list(range(10))
    assert [sample.memory for sample in read(path, 1e9 + 4, 1e9 + 8)] == [2, 3, 4]
    assert read(path, 2e9) == []
    assert isnan(read(path)[0].gpu_memory)
    assert read(str(tmp_path / "none")) == []


@pytest.mark.parametrize("cut", [1, 7, 20])
def test_half_a_record_of_a_crash_is_not_read_and_does_not_spoil_the_next(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "samples"
    file = SampleFile(str(path))
    for sample in series(3):
        file.append(sample)
    path.write_bytes(path.read_bytes()[:-cut])
    assert len(read(str(path))) == 2
    SampleFile(str(path)).append(series(4)[3])
    assert [sample.memory for sample in read(str(path))] == [0, 1, 3]


def test_thinning_averages_rates_and_keeps_peaks_of_amounts() -> None:
    few = thinned(series(1000), 10)
    assert len(few) == 10
    assert [sample.memory for sample in few] == [99 + 100 * n for n in range(10)]
    assert all(abs(sample.cpu - 50) < 2 for sample in few)
    assert few[-1].at == series(1000)[-1].at
    assert all(isnan(sample.gpu_utilization) for sample in few)
    assert len(thinned([Sample(5.0, cpu=1), Sample(5.0, cpu=3)], 1)) == 1
    assert thinned([Sample(1.0, cpu=nan), Sample(2.0, cpu=4), Sample(3.0)], 1)[0].cpu == 4


def test_finished_file_is_thinned_out(tmp_path: Path) -> None:
    path = tmp_path / "samples"
    file = SampleFile(str(path))
    for sample in series(KEPT_RECORDS * 3):
        file.append(sample)
    file.finish()
    kept = read(str(path))
    assert len(kept) == KEPT_RECORDS
    assert kept[-1].memory == KEPT_RECORDS * 3 - 1
    assert path.stat().st_size < 100_000
    assert [entry.name for entry in tmp_path.iterdir()] == ["samples"]


def test_thirty_days_of_samples_take_two_megabytes() -> None:
    age, count = 0.0, 0
    while age < 30 * 86400:
        age += cadence(age)
        count += 1
    assert count * 48 < 2_500_000
    assert cadence(0) == 2
