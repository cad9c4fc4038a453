"""Setlist's migrations create the tables. Columns that are absent here have defaults in the database."""

from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now


class Song(models.Model):
    id = models.AutoField(primary_key=True)
    song = models.TextField()
    artist = models.TextField()
    year = models.IntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        managed = False
        db_table = "songs"


class Task(models.Model):
    id = models.AutoField(primary_key=True)
    title = models.TextField()
    description = models.TextField()
    done = models.BooleanField()
    created_at = models.DateTimeField(db_default=Now())
    updated_at = models.DateTimeField(db_default=Now())
    version = models.UUIDField(db_default=RandomUUID())

    class Meta:
        managed = False
        db_table = "tasks"
