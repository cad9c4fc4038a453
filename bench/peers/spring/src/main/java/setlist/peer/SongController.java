package setlist.peer;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.util.List;
import org.hibernate.validator.constraints.CodePointLength;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/songs")
class SongController {
  private final SongRepository songs;

  SongController(SongRepository songs) {
    this.songs = songs;
  }

  @GetMapping
  List<Song> list(
      @RequestParam(required = false) @CodePointLength(min = 1, max = 200) @WithoutNul String song,
      @RequestParam(required = false) @CodePointLength(min = 1, max = 200) @WithoutNul String artist,
      @RequestParam(required = false) Integer year,
      @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit) {
    return songs.list(song, artist, year, limit);
  }

  @GetMapping("/{id}")
  Song get(@PathVariable @Min(1) int id) {
    return songs.find(id).orElseThrow(() -> new NotFoundException("Song not found"));
  }

  @PostMapping
  ResponseEntity<Song.Envelope> create(@Valid @RequestBody Song.Create body) {
    Song song = songs.create(body).orElseThrow(() -> new ConflictException("Song already exists"));
    return ResponseEntity.created(URI.create("/songs/" + song.id())).body(new Song.Envelope(song));
  }
}
