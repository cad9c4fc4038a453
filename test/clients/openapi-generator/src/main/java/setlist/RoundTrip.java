package setlist;

import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import setlist.api.ServiceApi;
import setlist.api.SongsApi;
import setlist.api.TasksApi;
import setlist.client.ApiClient;
import setlist.client.ApiException;
import setlist.client.ApiResponse;
import setlist.model.ApiError;
import setlist.model.ErrorDetail;
import setlist.model.Health;
import setlist.model.Song;
import setlist.model.SongCreate;
import setlist.model.SongEnvelope;
import setlist.model.SongUpdate;
import setlist.model.Task;
import setlist.model.TaskCreate;

/** A round trip through the client of openapi-generator, against the service at SETLIST_URL. */
public final class RoundTrip {
  private static final String ARTIST = "openapi-generator";
  private static final Pattern NEXT = Pattern.compile("<[^>]*[?&]cursor=([^&>]*)[^>]*>\\s*;\\s*rel=\"next\"");

  // The APIs read the interceptor when they are constructed.
  private final ApiClient client = new ApiClient(
      HttpClient.newBuilder(), ApiClient.createDefaultObjectMapper(), System.getenv("SETLIST_URL"))
      .setRequestInterceptor(
          request -> request.header("Authorization", "Bearer " + System.getenv("SETLIST_CREDENTIAL")));
  private final SongsApi songs = new SongsApi(client);
  private final TasksApi tasks = new TasksApi(client);
  private final ServiceApi service = new ServiceApi(client);

  private interface Call {
    void run() throws ApiException;
  }

  public static void main(String[] arguments) throws Exception {
    new RoundTrip().run();
  }

  private static SongsApi.APICreateSongRequest create(SongCreate song) {
    return SongsApi.APICreateSongRequest.newBuilder().songCreate(song).build();
  }

  private void run() throws Exception {
    ApiResponse<SongEnvelope> created = songs.createSongWithHttpInfo(create(newSong("Song 1").year(2019)));
    expect(created.getStatusCode(), "status of a create").is(201);
    Song first = created.getData().getData();
    expect(first.getArtist(), "artist").is(ARTIST);
    expect(first.getYear(), "year").is(2019);
    expect(header(created, "location"), "location").is(Optional.of("/songs/" + first.getId()));
    String etag = header(created, "etag").orElseThrow();
    for (String song : List.of("Song 2", "Song 3", "Song 4", "Song 5"))
      expect(songs.createSong(create(newSong(song))).getData().getYear(), "no year").is(null);

    List<String> titles = new ArrayList<>();
    int pages = 0;
    SongsApi.APIListSongsRequest.Builder query =
        SongsApi.APIListSongsRequest.newBuilder().artist(ARTIST).sort("-song").limit(2).count(true);
    Optional<String> cursor = Optional.empty();
    do {
      ApiResponse<List<Song>> page = songs.listSongsWithHttpInfo(query.cursor(cursor.orElse(null)).build());
      for (Song song : page.getData()) titles.add(song.getSong());
      expect(header(page, "x-total-count"), "total").is(Optional.of("5"));
      cursor = nextCursor(header(page, "link"));
      pages++;
    } while (cursor.isPresent());
    expect(pages, "pages").is(3);
    expect(titles, "songs on all pages").is(List.of("Song 5", "Song 4", "Song 3", "Song 2", "Song 1"));

    ApiError conflict = expectError(409, () -> songs.createSong(create(newSong("Song 1"))));
    expect(conflict.getCode(), "code of a conflict").is("song_exists");
    expect(conflict.getMessage(), "message of a conflict").is("Song already exists");

    ApiError invalid = expectError(422, () -> songs.createSong(create(new SongCreate().song("").artist(""))));
    expect(invalid.getCode(), "code of a failed validation").is("validation_failed");
    List<ErrorDetail> details = invalid.getDetails();
    expect(details.size(), "failures").is(2);
    for (ErrorDetail detail : details) {
      expect(detail.getType(), "type of a failure").is("string_too_short");
      expect(detail.getLoc().get(0).getString(), "place of a failure").is("body");
      expect(detail.getMsg(), "message of a failure").is("String should have at least 1 character");
    }

    Song changed = songs.updateSong(first.getId(), new SongUpdate().year(null), etag, null).getData();
    expect(changed.getYear(), "removed year").is(null);
    expect(changed.getSong(), "field that is absent from the patch").is("Song 1");
    ApiError stale = expectError(412, () -> songs.replaceSong(first.getId(), newSong("Lost update"), etag, null));
    expect(stale.getCode(), "code of a stale write").is("precondition_failed");
    Song read = songs.getSong(first.getId(), null, null);
    expect(read.getSong(), "title after the stale write").is("Song 1");
    expect(read.getCreatedAt(), "instant").is(first.getCreatedAt());

    expect(songs.deleteSongWithHttpInfo(first.getId(), null, null).getStatusCode(), "status of a delete").is(204);
    ApiError gone = expectError(404, () -> songs.getSong(first.getId(), null, null));
    expect(gone.getCode(), "code after the delete").is("song_not_found");

    Task task = tasks.createTask(
        TasksApi.APICreateTaskRequest.newBuilder().taskCreate(new TaskCreate().title(ARTIST)).build());
    expect(task.getDone(), "default of done").is(false);
    expect(task.getDescription(), "default of description").is("");
    List<Task> found = tasks.listTasks(TasksApi.APIListTasksRequest.newBuilder().q(ARTIST).done(false).build());
    expect(found.get(0).getId(), "found task").is(task.getId());
    expect(service.getHealth().getStatus(), "health").is(Health.StatusEnum.OK);
  }

  private static SongCreate newSong(String song) {
    return new SongCreate().song(song).artist(ARTIST);
  }

  /** Asserts that the call fails with the error. */
  private ApiError expectError(int status, Call call) throws Exception {
    try {
      call.run();
    } catch (ApiException exception) {
      expect(exception.getCode(), "status of an error").is(status);
      return client.getObjectMapper().readValue(exception.getResponseBody(), ApiError.class);
    }
    throw new AssertionError("The call did not end with the status " + status);
  }

  private static <T> Optional<String> header(ApiResponse<T> response, String name) {
    return response.getHeaders().getOrDefault(name, List.of()).stream().findFirst();
  }

  /** The cursor of the next page from a Link header (RFC 8288); empty on the last page. */
  private static Optional<String> nextCursor(Optional<String> link) {
    return link.map(NEXT::matcher)
        .filter(Matcher::find)
        .map(target -> URLDecoder.decode(target.group(1), StandardCharsets.UTF_8));
  }

  /** A value to check; the expected value must have the same type. */
  private record Expectation<T>(T actual, String what) {
    void is(T expected) {
      if (!Objects.equals(actual, expected)) throw new AssertionError(what + ": " + actual + ", not " + expected);
    }
  }

  private static <T> Expectation<T> expect(T actual, String what) {
    return new Expectation<>(actual, what);
  }
}
