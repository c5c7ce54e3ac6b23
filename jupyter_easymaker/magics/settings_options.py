"""The options that say which code is run, where and with what: the same for trainings and for tunings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from ..client.errors import ClientError
from ..resources.training_settings import TrainingSettings
from .parsing import Parser, help_of, pair

_OPTIONS = {
    "algorithmId": "--algorithm",
    "sourceDirUri": "--source",
    "entryPoint": "--entry-point",
    "imageId": "--image",
    "flavorId": "--instance",
    "useTorchrun": "--torchrun",
    "nprocPerNode": "--nproc",
    "datasetList": "--dataset",
    "hyperparameterList": "-p",
    "checkPointInputUri": "--checkpoint-in",
    "checkPointUploadUri": "--checkpoint-out",
    "modelUploadUri": "--output",
    "timeoutMinutes": "--timeout",
    "tagList": "--tag",
    "metricNameList": "--metric",
    "metricRegex": "--regex",
    "trainingName": "--name",
    "hyperparameterTuningName": "--name",
    "tuningStrategyName": "--strategy",
    "tuningStrategyRandomState": "--seed",
    "hyperparameterSpecList": "--range, --choice or --values",
    "hyperparameterStep": "A step (--range NAME=LOW..HIGH:STEP)",
    "parallelTrialCount": "--parallel",
    "metricList": "--metric",
    "objectiveMetric": "--objective",
    "objectiveTypeCode": "--minimize or --maximize",
    "objectiveGoal": "--goal",
    "maxTrialCount": "--trials",
    "maxFailedTrialCount": "--max-failed",
    "keptModels": "--keep",
    "earlyStoppingAlgorithm": "--early-stopping",
    "earlyStoppingMinTrialCount": "--min-trials",
    "earlyStoppingStartStep": "--start-step",
    "batchInferenceName": "--name",
    "modelId": "--model",
    "inputDataUri": "--input",
    "inputDataTypeCode": "--type",
    "includeGlobPattern": "--include",
    "excludeGlobPattern": "--exclude",
    "outputUploadUri": "--output",
    "podCount": "--pods",
    "maxBatchSize": "--batch-size",
    "inferenceTimeoutSeconds": "--request-timeout",
    "dataStorageSize": "--data-storage",
    "endpointName": "--name",
    "apigwStageName": "--stage",
    "apigwResourceUri": "--path",
    "nodeCount": "--nodes",
    "caMinNodeCount": "MIN of --autoscale",
    "caMaxNodeCount": "MAX of --autoscale",
    "resourceOptionDetail": "--cpu and --memory",
    "scaleMetricTarget": "TARGET of --scale-pods",
    "useApiKey": "--api-key",
}
_FIELD = re.compile(r"\b(" + "|".join(_OPTIONS) + r")\b(\[\d+\])?")


@contextmanager
def named_as_options() -> Iterator[None]:
    """Have refusals in this block name fields as the options that people typed."""
    try:
        yield
    except ClientError as error:
        fields = tuple({key: in_options(text) for key, text in each.items()} for each in error.fields)
        raise ClientError(in_options(str(error)), error.code, fields) from error


def in_options(sentence: str) -> str:
    """Return a sentence of the backend with its fields named as the options that people typed."""
    return _FIELD.sub(lambda match: _OPTIONS[match[1]], sentence)


def add_source(parser: Parser, resource: type[TrainingSettings]) -> None:
    """Add where the code comes from when it is not the cell."""
    parser.add_argument("--algorithm", help=help_of(resource, "algorithm_id"))
    parser.add_argument("--source", metavar="URI", help=help_of(resource, "source_dir_uri"))
    parser.add_argument("--entry-point", metavar="FILE", help=help_of(resource, "entry_point"))
    parser.add_argument("--requirements", default="", metavar='"A B"', help="Packages to install first.")


def add_settings(parser: Parser, resource: type[TrainingSettings], name: str, metrics: str, parameters: str) -> None:
    """Add what a training and a tuning have in common.

    Args:
        resource: whose definition the help is taken from.
        name: the field of its name.
        metrics: the field of the metrics that are collected.
        parameters: the help of ``-p``.
    """

    def help_(field: str) -> str:
        return help_of(resource, field)

    def repeated(*flags: str, metavar: str, text: str) -> None:
        parser.add_argument(*flags, type=pair, action="append", default=[], metavar=metavar, help=text)

    parser.add_argument("--name", help=help_(name))
    parser.add_argument("--experiment", "-e", default="default", help="Its name; made when there is none of it.")
    parser.add_argument("--template", help="Settings to start from; what is given here comes before them.")
    parser.add_argument("--description", default="", help=help_("description"))
    parser.add_argument("--image", help=help_("image_id"))
    parser.add_argument("--instance", help=help_("flavor_id"))
    parser.add_argument("--nodes", type=int, help=help_("instance_count"))
    parser.add_argument("--torchrun", action="store_true", help=help_("use_torchrun"))
    parser.add_argument("--nproc", type=int, help=help_("nproc_per_node"))
    repeated("--dataset", "-d", metavar="NAME=URI", text=help_("dataset_list"))
    repeated("-p", "--parameter", metavar="KEY=VALUE", text=parameters)
    parser.add_argument("--checkpoint-in", metavar="URI", help=help_("check_point_input_uri"))
    parser.add_argument("--output", metavar="URI", help=help_("model_upload_uri"))
    parser.add_argument("--checkpoint-out", metavar="URI", help=help_("check_point_upload_uri"))
    parser.add_argument("--timeout", type=int, metavar="HOURS", help=help_("timeout_minutes"))
    repeated("--tag", metavar="KEY=VALUE", text=help_("tag_list"))
    parser.add_argument("--metric", action="append", default=[], metavar="NAME", help=help_(metrics))
    parser.add_argument("--regex", "--metric-regex", metavar="REGEX", dest="metric_regex", help=help_("metric_regex"))
    parser.add_argument("--log", action="store_true", help=help_("use_log"))
    parser.add_argument("--no-wait", action="store_true", help="Return at once instead of showing it live.")
    parser.add_argument("--raise", dest="raise_", action="store_true", help="Raise an exception when it fails.")
    parser.add_argument("--into", metavar="VARIABLE", help="Assign the result (a dict) to this variable.")
