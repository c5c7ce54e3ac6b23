"""TorchServe's handlers for texts, pixels and objects, as they are and as users inherit from them."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import Server, start_server

pytestmark = pytest.mark.torch

# Adds up what its words and pairs of words speak for.
BAG = """
import torch

class Bag(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.words = torch.nn.EmbeddingBag(6, 2, mode="sum")

    def forward(self, text, offsets):
        return self.words(text, offsets)
"""
VOCABULARY = {"<unk>": 0, "good": 1, "bad": 2, "not": 3, "not good": 4, "cafe": 5}
SPEAK_FOR = [[0.0, 0.0], [2.0, 0.0], [0.0, 2.0], [0.0, 0.0], [0.0, 5.0], [3.0, 0.0]]

SEGMENTER = """
from ts.torch_handler.image_segmenter import ImageSegmenter

class Middle(ImageSegmenter):
    '''Answers the classes of the middle line only.'''

    def postprocess(self, data):
        return [[int(pixel[0]) for pixel in image[len(image) // 2]] for image in super().postprocess(data)]
"""

DETECTOR = """
from ts.torch_handler.object_detector import ObjectDetector

class Eager(ObjectDetector):
    threshold = 0.25
"""


def archive(target: Path, handler: str, **files: bytes | str) -> Path:
    """Write an archive; files are named with _ for the dot, the first is the weights."""
    named = {name.replace("__", "."): content for name, content in files.items()}
    about = {"modelName": "test", "serializedFile": next(iter(named)), "handler": handler}
    if "model.py" in named:
        about["modelFile"] = "model.py"
    target.mkdir(parents=True)
    with zipfile.ZipFile(target / "test.mar", "w") as opened:
        for name, content in named.items():
            opened.writestr(name, content)
        opened.writestr("MAR-INF/MANIFEST.json", json.dumps({"runtime": "python", "model": about}))
    return target


def saved(value: Any) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(value, buffer)
    return buffer.getvalue()


def scripted(module: Any) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(module), buffer)  # type: ignore[no-untyped-call]
    return buffer.getvalue()


def text_model(target: Path, vocabulary: dict[str, int]) -> Path:
    import torch

    weights = saved({"words.weight": torch.tensor(SPEAK_FOR)})
    return archive(
        target,
        "text_classifier",
        model__pth=weights,
        model__py=BAG,
        source_vocab__pt=saved(vocabulary),
        index_to_name__json=json.dumps({"0": "praise", "1": "blame"}),
    )


def segmentation_model(target: Path, handler: str = "image_segmenter", **files: str) -> Path:
    import torch

    class Channels(torch.nn.Module):
        """The class of a pixel is its strongest colour."""

        def forward(self, images: torch.Tensor) -> dict[str, torch.Tensor]:
            return {"out": images * 10}

    return archive(target, handler, model__pt=scripted(Channels()), **files)


def detection_model(target: Path, handler: str = "object_detector", **files: str) -> Path:
    import torch

    class Boxes(torch.nn.Module):
        """Where an image is red, as certain as it is red; and where it is blue."""

        def forward(self, images: torch.Tensor) -> list[dict[str, torch.Tensor]]:
            found: list[dict[str, torch.Tensor]] = []
            for image in images:
                boxes: list[torch.Tensor] = []
                scores: list[torch.Tensor] = []
                labels: list[int] = []
                for channel in (0, 2):
                    places = torch.nonzero(image[channel] > 0.1)
                    if places.shape[0] > 0:
                        low, high = places.min(dim=0)[0], places.max(dim=0)[0]
                        boxes.append(torch.stack([low[1], low[0], high[1] + 1, high[0] + 1]).float())
                        scores.append(image[channel].max())
                        labels.append(1 + channel)
                if len(boxes) > 0:
                    found.append(
                        {"boxes": torch.stack(boxes), "scores": torch.stack(scores), "labels": torch.tensor(labels)}
                    )
                else:
                    nothing = torch.zeros(0)
                    found.append(
                        {"boxes": torch.zeros(0, 4), "scores": nothing, "labels": nothing.to(dtype=torch.int64)}
                    )
            return found

    names = json.dumps({"1": "red thing", "3": "blue thing"})
    return archive(target, handler, model__pt=scripted(Boxes()), index_to_name__json=names, **files)


MODELS: dict[str, Callable[[Path], Path]] = {
    "texts": lambda target: text_model(target, VOCABULARY),
    "texts without unknown words": lambda target: text_model(target, {"good": 1, "bad": 2}),
    "pixels": segmentation_model,
    "pixels of a user": lambda target: segmentation_model(target, "mine.py", mine__py=SEGMENTER),
    "objects": detection_model,
    "objects of a user": lambda target: detection_model(target, "mine.py", mine__py=DETECTOR),
}


@pytest.fixture
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    server = start_server(tmp_path / "server", MODELS[request.param](tmp_path / "model"), "--format=PYTORCH")
    try:
        yield server.wait_ready()
    finally:
        server.close()


def image(width: int, height: int, *patches: tuple[tuple[int, int, int, int], tuple[int, int, int]]) -> str:
    """Return a black image with patches of colours, in base64."""
    from PIL import Image

    made = Image.new("RGB", (width, height))
    for box, colour in patches:
        made.paste(colour, box)
    buffer = io.BytesIO()
    made.save(buffer, "PNG")
    return base64.b64encode(buffer.getvalue()).decode()


def refusal(server: Server, *instances: Any) -> str:
    answer = server.predict(list(instances))
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"])


@pytest.mark.parametrize("served", ["texts"], indirect=True)
def test_texts_are_cleaned_cut_into_words_and_pairs_and_classified(served: Server) -> None:
    texts = ["Good!", {"data": "<b>bad</b>, BAD"}, {"body": "it isn't good"}, "caf\u00e9", "something else"]
    answers = served.predict(texts).json()["predictions"]
    assert [set(each) for each in answers] == [{"praise", "blame"}] * 5
    assert [round(each["praise"], 3) for each in answers] == [0.881, 0.018, 0.047, 0.953, 0.5]
    assert answers[0]["praise"] + answers[0]["blame"] == pytest.approx(1)
    assert refusal(served, "good", {"text": "good"}) == "instances[1] is no text."
    assert refusal(served, "") == "instances[0] has no word that the model knows."


@pytest.mark.parametrize("served", ["texts without unknown words"], indirect=True)
def test_words_a_vocabulary_has_no_number_for_are_left_out(served: Server) -> None:
    (answer,) = served.predict(["a very good thing"]).json()["predictions"]
    assert round(answer["praise"], 3) == 0.881
    assert refusal(served, "a very strange thing") == "instances[0] has no word that the model knows."


@pytest.mark.parametrize("served", ["pixels"], indirect=True)
def test_pixels_are_classified(served: Server) -> None:
    halves = image(256, 256, ((0, 0, 128, 256), (255, 0, 0)), ((128, 0, 256, 256), (0, 0, 255)))
    pixels = served.predict([{"data": halves}, halves]).json()["predictions"]
    assert pixels[0] == pixels[1]
    assert (len(pixels[0]), len(pixels[0][0]), len(pixels[0][0][0])) == (224, 224, 2)
    (left, how_likely), (right, _) = pixels[0][100][5], pixels[0][100][-5]
    assert (left, right) == (0, 2)
    assert how_likely > 0.99
    assert "instances[1] is no image" in refusal(served, halves, {"data": "bm90IGFuIGltYWdl"})
    assert "instances[0] is no image" in refusal(served, {"data": "no base64!"})
    assert "instances[0] is no image" in refusal(served, {"else": halves})
    assert "instances[0] is no image" in refusal(served, halves[:200])


@pytest.mark.parametrize("served", ["pixels of a user"], indirect=True)
def test_users_handler_builds_on_the_segmenter(served: Server) -> None:
    green = image(300, 300, ((0, 0, 300, 300), (0, 255, 0)))
    assert served.predict([green]).json()["predictions"] == [[1] * 224]


@pytest.mark.parametrize("served", ["objects"], indirect=True)
def test_objects_are_found_in_images_of_several_sizes(served: Server) -> None:
    one = image(40, 30, ((5, 10, 15, 20), (255, 0, 0)), ((20, 5, 30, 9), (0, 0, 100)))
    two = image(64, 48, ((1, 2, 3, 4), (0, 0, 204)))
    red = {"red thing": [5, 10, 15, 20], "score": 1}
    blue = {"blue thing": [1, 2, 3, 4], "score": pytest.approx(0.8)}
    # What is less certain than the threshold is left out.
    assert served.predict([{"data": one}, one]).json()["predictions"] == [[red], [red]]
    assert served.predict([one, {"data": two}, image(9, 9)]).json()["predictions"] == [[red], [blue], []]
    assert "instances[0] is no image" in refusal(served, {"data": 7})


@pytest.mark.parametrize("served", ["objects of a user"], indirect=True)
def test_users_detector_sets_its_threshold(served: Server) -> None:
    both = image(40, 30, ((5, 10, 15, 20), (255, 0, 0)), ((20, 5, 30, 9), (0, 0, 100)))
    (found,) = served.predict([both]).json()["predictions"]
    assert [set(each) for each in found] == [{"red thing", "score"}, {"blue thing", "score"}]
    assert found[1]["blue thing"] == [20, 5, 30, 9]
