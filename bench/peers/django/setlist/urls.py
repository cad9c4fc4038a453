from django.urls import path

from api import errors, views

urlpatterns = [
    path("health", views.get_health),
    path("songs", views.SongList.as_view()),
    path("songs/<str:id>", views.SongDetail.as_view()),
    path("tasks", views.TaskList.as_view()),
    path("tasks/<str:id>", views.TaskDetail.as_view()),
]

handler404 = errors.on_unknown_path
handler500 = errors.on_error
