CREATE TABLE IF NOT EXISTS data_protection_keys (
    name       VARCHAR(100) NOT NULL PRIMARY KEY,
    xml        TEXT         NOT NULL,
    created_at DATETIME(3)  NOT NULL COMMENT 'UTC'
) DEFAULT CHARACTER SET utf8mb4;
