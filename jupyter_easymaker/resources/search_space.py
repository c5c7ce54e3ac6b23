"""Where a tuning looks: a range or a list of values for each hyperparameter, checked once, here."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from .algorithm import HyperparameterType
from .base import RequestModel, broken_rule
from .limits import MaxLength
from .training_settings import check_hyperparameter_name


class HyperparameterRange(RequestModel):
    """One hyperparameter of a search space. Numbers are texts, as the vendor's SDK sends them; JSON numbers do too."""

    hyperparameter_name: Annotated[str, AfterValidator(check_hyperparameter_name), MaxLength("name_length")] = Field(
        title="Name"
    )
    hyperparameter_type_code: HyperparameterType = Field(title="Type")
    hyperparameter_min_value: str | None = Field(None, title="Min", description="Of int and double.")
    hyperparameter_max_value: str | None = Field(None, title="Max")
    hyperparameter_step: str | None = Field(
        None, title="Step", description="What a grid walks by; others choose multiples of it too. Of int: 1 by default."
    )
    hyperparameter_specified_values: Annotated[str, MaxLength("hyperparameter_value_length")] | None = Field(
        None, title="Values", description="Of discrete and categorical, with commas between them."
    )

    @field_validator(
        "hyperparameter_min_value", "hyperparameter_max_value", "hyperparameter_step",
        "hyperparameter_specified_values", mode="before",
    )  # fmt: skip
    @classmethod
    def _text(cls, value: Any) -> Any:
        if isinstance(value, list):
            return ",".join(str(each) for each in value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        return value.strip() or None if isinstance(value, str) else value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.is_numeric:
            self._check_range()
            return self
        if self.hyperparameter_min_value or self.hyperparameter_max_value or self.hyperparameter_step:
            raise broken_rule("hyperparameterMinValue", "is for int and double; give hyperparameterSpecifiedValues")
        if not self.values:
            raise broken_rule("hyperparameterSpecifiedValues", "is needed: the values, with commas between them")
        if len(set(self.values)) < len(self.values):
            raise broken_rule("hyperparameterSpecifiedValues", "holds a value twice; remove one")
        if self.hyperparameter_type_code is HyperparameterType.DISCRETE:
            for value in self.values:
                _number("hyperparameterSpecifiedValues", value)
        return self

    def _check_range(self) -> None:
        if self.hyperparameter_specified_values:
            raise broken_rule("hyperparameterSpecifiedValues", "is for discrete and categorical; give a min and a max")
        if self.hyperparameter_min_value is None or self.hyperparameter_max_value is None:
            raise broken_rule("hyperparameterMinValue", "and hyperparameterMaxValue are needed for int and double")
        low, high = self.low, self.high
        if self.hyperparameter_type_code is HyperparameterType.INT:
            for name, number in (("hyperparameterMinValue", low), ("hyperparameterMaxValue", high)):
                if number != int(number):
                    raise broken_rule(name, "must be a whole number for int")
        if low > high:
            raise broken_rule("hyperparameterMinValue", "must not be above hyperparameterMaxValue")
        step = self.step
        if step is None:
            return
        if step <= 0 or (low < high and step > high - low):  # min = max holds a value fixed, whatever the step
            raise broken_rule("hyperparameterStep", "must be above 0 and fit between min and max")
        if self.hyperparameter_type_code is HyperparameterType.INT and step != int(step):
            raise broken_rule("hyperparameterStep", "must be a whole number for int")

    @property
    def is_numeric(self) -> bool:
        """Whether it is a range; else it is a list."""
        return self.hyperparameter_type_code in (HyperparameterType.INT, HyperparameterType.DOUBLE)

    @property
    def values(self) -> list[str]:
        """The values of a list."""
        given = (self.hyperparameter_specified_values or "").split(",")
        return [value.strip() for value in given if value.strip()]

    @property
    def low(self) -> Decimal:
        return _number("hyperparameterMinValue", self.hyperparameter_min_value)

    @property
    def high(self) -> Decimal:
        return _number("hyperparameterMaxValue", self.hyperparameter_max_value)

    @property
    def step(self) -> Decimal | None:
        """None: any value between; an int has 1."""
        if self.hyperparameter_step is not None:
            return _number("hyperparameterStep", self.hyperparameter_step)
        return Decimal(1) if self.hyperparameter_type_code is HyperparameterType.INT else None

    def grid_size(self) -> int | None:
        """Return how many values a grid has of it; None: a double without a step has no end of them."""
        if not self.is_numeric:
            return len(self.values)
        if self.low == self.high:
            return 1
        return None if self.step is None else int((self.high - self.low) / self.step) + 1

    def grid(self) -> list[str]:
        """Return those values. Decimal numbers, so that 0.1 three times is 0.3."""
        if not self.is_numeric:
            return self.values
        step = self.step or Decimal(0)
        size = self.grid_size()
        assert size is not None, "asked of what has a grid"  # noqa: S101
        return [spelled(self.low + step * index) for index in range(size)]


def spelled(number: Decimal) -> str:
    """Return a number as a script likes to read it: ``0.3``, ``16``, ``1e-05``."""
    return str(int(number)) if number == int(number) and abs(number) < 10**15 else repr(float(number))


def _number(field: str, value: str | None) -> Decimal:
    try:
        number = Decimal(value or "")
        if not number.is_finite() or abs(number) > Decimal("1e300"):
            raise InvalidOperation
    except InvalidOperation:
        raise broken_rule(field, "must be a number") from None  # type: ignore[arg-type]
    return number
