// The benchmark's contract on net/http and pgx, with batched queries. See README.md.
package main

import (
	"context"
	"errors"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

func main() {
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	workers, err := positiveFromEnvironment("WORKERS", 1)
	if err != nil {
		return err
	}
	poolMax, err := positiveFromEnvironment("POOL_MAX", 10)
	if err != nil {
		return err
	}
	runtime.GOMAXPROCS(workers)

	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()

	config, err := pgxpool.ParseConfig(os.Getenv("DATABASE_URL"))
	if err != nil {
		return err
	}
	// By default, pgx prepares each statement once per connection.
	config.MaxConns = int32(poolMax)
	config.ConnConfig.RuntimeParams["statement_timeout"] = "10000"
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()

	server := &http.Server{
		Addr:              net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT")),
		Handler:           newRouter(&database{pool: pool, slots: min(maxInFlight, poolMax)}),
		ReadHeaderTimeout: 10 * time.Second,
	}
	failed := make(chan error, 1)
	go func() { failed <- server.ListenAndServe() }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	deadline, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if err := server.Shutdown(deadline); errors.Is(err, context.DeadlineExceeded) {
		return server.Close()
	} else {
		return err
	}
}

// Two: the database executes one batch while the responses of the other are sent.
const maxInFlight = 2

func newRouter(db *database) http.Handler {
	router := http.NewServeMux()
	router.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { sendError(w, notFound) })
	router.HandleFunc("GET /health", func(w http.ResponseWriter, _ *http.Request) { send(w, http.StatusOK, healthy) })

	songs := newSongs(db)
	router.HandleFunc("GET /songs", songs.list)
	router.HandleFunc("POST /songs", songs.create)
	router.HandleFunc("GET /songs/{id}", songs.get)

	tasks := newTasks(db)
	router.HandleFunc("GET /tasks", tasks.list)
	router.HandleFunc("POST /tasks", tasks.create)
	router.HandleFunc("GET /tasks/{id}", tasks.get)
	router.HandleFunc("PUT /tasks/{id}", tasks.replace)
	router.HandleFunc("DELETE /tasks/{id}", tasks.delete)
	return router
}

func positiveFromEnvironment(name string, otherwise int) (int, error) {
	text, ok := os.LookupEnv(name)
	if !ok {
		return otherwise, nil
	}
	number, err := strconv.ParseInt(text, 10, 32)
	if err != nil || number < 1 {
		return 0, errors.New(name + " must be a positive integer")
	}
	return int(number), nil
}
