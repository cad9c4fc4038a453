from datetime import UTC, datetime

from django.contrib.postgres.functions import RandomUUID
from rest_framework import serializers
from rest_framework.exceptions import NotFound

from api.fields import Instant, StrictBoolean, StrictInteger, StrictText
from api.models import Song, Task

MIN_INTEGER = -(2**31)
MAX_INTEGER = 2**31 - 1


class ClosedSerializer(serializers.Serializer):
    """Rejects unknown members instead of dropping them."""

    def to_internal_value(self, data):
        values = super().to_internal_value(data)
        unknown = [name for name in data if name not in self.fields or self.fields[name].read_only]
        if unknown:
            raise serializers.ValidationError({name: "Unknown member." for name in unknown})
        return values


class SongSerializer(ClosedSerializer):
    id = serializers.IntegerField(read_only=True)
    song = StrictText(max_length=200)
    artist = StrictText(max_length=200)
    year = StrictInteger(min_value=MIN_INTEGER, max_value=MAX_INTEGER, allow_null=True, default=None)
    createdAt = Instant(source="created_at")

    def create(self, validated_data):
        return Song.objects.create(**validated_data)


class TaskSerializer(ClosedSerializer):
    id = serializers.IntegerField(read_only=True)
    title = StrictText(max_length=200)
    description = StrictText(max_length=2000, allow_blank=True, default="")
    done = StrictBoolean(default=False)
    createdAt = Instant(source="created_at")
    updatedAt = Instant(source="updated_at")

    def create(self, validated_data):
        return Task.objects.create(**validated_data)

    def update(self, instance, validated_data):
        now = datetime.now(UTC)
        # The precision of the column: the response shows the stored value.
        instance.updated_at = now.replace(microsecond=now.microsecond // 1000 * 1000)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        # The row may have been deleted after the read; save() has no specific error for that.
        written = Task.objects.filter(pk=instance.pk).update(
            updated_at=instance.updated_at, version=RandomUUID(), **validated_data
        )
        if not written:
            raise NotFound
        return instance


class ListQuery(serializers.Serializer):
    limit = serializers.IntegerField(min_value=1, max_value=100, default=20)


class SongQuery(ListQuery):
    song = serializers.CharField(max_length=200, trim_whitespace=False, required=False)
    artist = serializers.CharField(max_length=200, trim_whitespace=False, required=False)
    year = serializers.IntegerField(min_value=MIN_INTEGER, max_value=MAX_INTEGER, required=False)


class TaskQuery(ListQuery):
    done = serializers.BooleanField(required=False)


id_field = serializers.IntegerField(min_value=1, max_value=MAX_INTEGER)
