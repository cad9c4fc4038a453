"""Strict fields of bodies: the fields of REST framework accept `"1"` as 1, and 1 as `"1"`."""

from datetime import UTC, datetime

from rest_framework import serializers


class StrictText(serializers.CharField):
    def __init__(self, **options):
        super().__init__(trim_whitespace=False, **options)

    def to_internal_value(self, data):
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class StrictInteger(serializers.IntegerField):
    def to_internal_value(self, data):
        if type(data) is not int:
            self.fail("invalid")
        return data


class StrictBoolean(serializers.BooleanField):
    def to_internal_value(self, data):
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class Instant(serializers.Field):
    """Writes milliseconds; the field of REST framework writes microseconds."""

    def __init__(self, **options):
        super().__init__(read_only=True, **options)

    def to_representation(self, value: datetime) -> str:
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
