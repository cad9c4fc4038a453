package setlist.peer;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.util.List;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/tasks")
class TaskController {
  private final TaskRepository tasks;

  TaskController(TaskRepository tasks) {
    this.tasks = tasks;
  }

  @GetMapping
  List<Task> list(
      @RequestParam(required = false) Boolean done,
      @RequestParam(defaultValue = "20") @Min(1) @Max(100) int limit) {
    return tasks.list(done, limit);
  }

  @GetMapping("/{id}")
  Task get(@PathVariable @Min(1) int id) {
    return tasks.find(id).orElseThrow(TaskController::notFound);
  }

  @PostMapping
  ResponseEntity<Task> create(@Valid @RequestBody Task.Create body) {
    Task task = tasks.create(body);
    return ResponseEntity.created(URI.create("/tasks/" + task.id())).body(task);
  }

  @PutMapping("/{id}")
  Task replace(@PathVariable @Min(1) int id, @Valid @RequestBody Task.Create body) {
    return tasks.replace(id, body).orElseThrow(TaskController::notFound);
  }

  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  void delete(@PathVariable @Min(1) int id) {
    if (!tasks.delete(id)) throw notFound();
  }

  private static NotFoundException notFound() {
    return new NotFoundException("Task not found");
  }
}
