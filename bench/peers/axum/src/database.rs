use deadpool_postgres::{Config, CreatePoolError, ManagerConfig, Pool, PoolConfig, RecyclingMethod, Runtime};
use tokio_postgres::NoTls;

/// A pool of at most `max_size` connections, each with a cache of prepared statements.
pub fn connect(url: &str, max_size: usize) -> Result<Pool, CreatePoolError> {
    let config = Config {
        url: Some(url.to_owned()),
        manager: Some(ManagerConfig { recycling_method: RecyclingMethod::Fast }),
        pool: Some(PoolConfig::new(max_size)),
        ..Config::default()
    };
    config.create_pool(Some(Runtime::Tokio1), NoTls)
}
