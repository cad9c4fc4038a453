// The benchmark's contract on Gin and pgx. See ../README.md.
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

	"github.com/gin-gonic/gin"
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
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()

	gin.SetMode(gin.ReleaseMode)
	server := &http.Server{
		Addr:              net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT")),
		Handler:           newRouter(pool),
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

func newRouter(pool *pgxpool.Pool) http.Handler {
	registerValidations()
	router := gin.New()
	router.Use(gin.CustomRecovery(func(c *gin.Context, _ any) { abortInternal(c) }))
	router.NoRoute(func(c *gin.Context) { abortNotFound(c, "Not found") })

	router.GET("/health", func(c *gin.Context) { c.JSON(http.StatusOK, gin.H{"status": "ok"}) })

	songs := songs{pool}
	router.GET("/songs", songs.list)
	router.POST("/songs", songs.create)
	router.GET("/songs/:id", songs.get)

	tasks := tasks{pool}
	router.GET("/tasks", tasks.list)
	router.POST("/tasks", tasks.create)
	router.GET("/tasks/:id", tasks.get)
	router.PUT("/tasks/:id", tasks.replace)
	router.DELETE("/tasks/:id", tasks.delete)
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
