CREATE TABLE IF NOT EXISTS idempotency_keys (
    id         BINARY(32)   NOT NULL PRIMARY KEY COMMENT 'SHA-256 of scope and key',
    request    BINARY(32)   NOT NULL COMMENT 'SHA-256 of the request that brought the key first',
    answer     MEDIUMTEXT   NULL COMMENT 'JSON; null only inside the transaction that writes it',
    repeats    INT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'how often the key was brought again',
    created_at DATETIME(3)  NOT NULL COMMENT 'UTC, by the clock of the primary',
    INDEX by_age (created_at)
) DEFAULT CHARACTER SET utf8mb4;
