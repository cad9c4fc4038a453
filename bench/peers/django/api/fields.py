"""Fields of bodies, as strict as JSON is typed: REST framework's own take `"1"` for 1, and 1 for `"1"`."""

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
    """Written with milliseconds: REST framework's own field writes microseconds."""

    def __init__(self, **options):
        super().__init__(read_only=True, **options)

    def to_representation(self, value: datetime) -> str:
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"
