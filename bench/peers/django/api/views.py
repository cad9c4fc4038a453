from django.db import IntegrityError
from django.http import JsonResponse
from psycopg.errors import UniqueViolation
from rest_framework import status
from rest_framework.exceptions import NotFound
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response
from rest_framework.views import APIView

from api.errors import Conflict
from api.models import Song, Task
from api.serializers import SongQuery, SongSerializer, TaskQuery, TaskSerializer, id_field


def get_health(request):
    return JsonResponse({"status": "ok"})


def valid(serializer):
    serializer.is_valid(raise_exception=True)
    return serializer


# In a plain dict of the query, an empty text is a value; in a QueryDict, it is treated as absent.
def read_query(query, request):
    return valid(query(data=request.query_params.dict())).validated_data


class SongList(APIView):
    def get(self, request):
        query = read_query(SongQuery, request)
        limit = query.pop("limit")
        songs = Song.objects.filter(**query).order_by("id")[:limit]
        return Response(SongSerializer(songs, many=True).data)

    def post(self, request):
        serializer = valid(SongSerializer(data=request.data))
        try:
            song = serializer.save()
        except IntegrityError as error:
            if isinstance(error.__cause__, UniqueViolation):
                raise Conflict("Song already exists") from error
            raise
        return Response(
            {"data": serializer.data}, status.HTTP_201_CREATED, headers={"Location": f"/songs/{song.id}"}
        )


class SongDetail(APIView):
    def get(self, request, id):
        song = get_object_or_404(Song, id=id_field.run_validation(id))
        return Response(SongSerializer(song).data)


class TaskList(APIView):
    def get(self, request):
        query = read_query(TaskQuery, request)
        limit = query.pop("limit")
        tasks = Task.objects.filter(**query).order_by("id")[:limit]
        return Response(TaskSerializer(tasks, many=True).data)

    def post(self, request):
        serializer = valid(TaskSerializer(data=request.data))
        task = serializer.save()
        return Response(serializer.data, status.HTTP_201_CREATED, headers={"Location": f"/tasks/{task.id}"})


class TaskDetail(APIView):
    def get(self, request, id):
        task = get_object_or_404(Task, id=id_field.run_validation(id))
        return Response(TaskSerializer(task).data)

    def put(self, request, id):
        id = id_field.run_validation(id)
        serializer = TaskSerializer(data=request.data)
        valid(serializer)
        serializer.instance = get_object_or_404(Task, id=id)
        serializer.save()
        return Response(serializer.data)

    def delete(self, request, id):
        # A query set would wrap the single statement in a transaction.
        deleted, _ = Task(id=id_field.run_validation(id)).delete()
        if not deleted:
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT)
