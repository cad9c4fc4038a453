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

  private final ApiClient client = new ApiClient(
      HttpClient.newBuilder(), ApiClient.createDefaultObjectMapper(), System.getenv("SETLIST_URL"));
  private final SongsApi songs = new SongsApi(client);
  private final TasksApi tasks = new TasksApi(client);
  private final ServiceApi service = new ServiceApi(client);

  private interface Call {
    void run() throws ApiException;
  }

  public static void main(String[] arguments) throws Exception {
    new RoundTrip().run();
  }

  private void run() throws Exception {
    ApiResponse<SongEnvelope> created = songs.createSongWithHttpInfo(newSong("Song 1").year(2019));
    expectEqual(created.getStatusCode(), 201, "status of a create");
    Song first = created.getData().getData();
    expectEqual(first.getArtist(), ARTIST, "artist");
    expectEqual(first.getYear(), 2019, "year");
    expectEqual(header(created, "location"), Optional.of("/songs/" + first.getId()), "location");
    String etag = header(created, "etag").orElseThrow();
    for (String song : List.of("Song 2", "Song 3", "Song 4", "Song 5"))
      expectEqual(songs.createSong(newSong(song)).getData().getYear(), null, "no year");

    List<String> titles = new ArrayList<>();
    int pages = 0;
    Optional<String> cursor = Optional.empty();
    do {
      ApiResponse<List<Song>> page =
          songs.listSongsWithHttpInfo(null, ARTIST, null, null, "-song", 2, cursor.orElse(null), true);
      for (Song song : page.getData()) titles.add(song.getSong());
      expectEqual(header(page, "x-total-count"), Optional.of("5"), "total");
      cursor = nextCursor(header(page, "link"));
      pages++;
    } while (cursor.isPresent());
    expectEqual(pages, 3, "pages");
    expectEqual(titles, List.of("Song 5", "Song 4", "Song 3", "Song 2", "Song 1"), "songs on all pages");

    ApiError conflict = expectError(409, () -> songs.createSong(newSong("Song 1")));
    expectEqual(conflict.getCode(), "song_exists", "code of a conflict");
    expectEqual(conflict.getMessage(), "Song already exists", "message of a conflict");

    ApiError invalid = expectError(422, () -> songs.createSong(new SongCreate().song("").artist("")));
    expectEqual(invalid.getCode(), "validation_failed", "code of a failed validation");
    List<ErrorDetail> details = invalid.getDetails();
    expectEqual(details.size(), 2, "failures");
    for (ErrorDetail detail : details) {
      expectEqual(detail.getType(), "string_too_short", "type of a failure");
      expectEqual(detail.getLoc().get(0).getString(), "body", "place of a failure");
      expectEqual(detail.getMsg(), "String should have at least 1 character", "message of a failure");
    }

    Song changed = songs.updateSong(first.getId(), new SongUpdate().year(null), etag).getData();
    expectEqual(changed.getYear(), null, "year that was taken away");
    expectEqual(changed.getSong(), "Song 1", "field that the patch leaves out");
    ApiError stale = expectError(412, () -> songs.replaceSong(first.getId(), newSong("Lost update"), etag));
    expectEqual(stale.getCode(), "precondition_failed", "code of a stale write");
    Song read = songs.getSong(first.getId(), null);
    expectEqual(read.getSong(), "Song 1", "title after the stale write");
    expectEqual(read.getCreatedAt(), first.getCreatedAt(), "instant");

    expectEqual(songs.deleteSongWithHttpInfo(first.getId(), null).getStatusCode(), 204, "status of a delete");
    ApiError gone = expectError(404, () -> songs.getSong(first.getId(), null));
    expectEqual(gone.getCode(), "song_not_found", "code after the delete");

    Task task = tasks.createTask(new TaskCreate().title(ARTIST));
    expectEqual(task.getDone(), false, "default of done");
    expectEqual(task.getDescription(), "", "default of description");
    List<Task> found = tasks.listTasks(false, ARTIST, null, null, null, null);
    expectEqual(found.get(0).getId(), task.getId(), "task that was found");
    expectEqual(service.getHealth().getStatus(), Health.StatusEnum.OK, "health");
  }

  private static SongCreate newSong(String song) {
    return new SongCreate().song(song).artist(ARTIST);
  }

  /** The error that a call has to end with. */
  private ApiError expectError(int status, Call call) throws Exception {
    try {
      call.run();
    } catch (ApiException exception) {
      expectEqual(exception.getCode(), status, "status of an error");
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

  private static <T> void expectEqual(T actual, T expected, String what) {
    if (!Objects.equals(actual, expected)) throw new AssertionError(what + ": " + actual + ", not " + expected);
  }
}
