CREATE TABLE IF NOT EXISTS posts (
    id         BINARY(16)    NOT NULL PRIMARY KEY COMMENT 'UUID version 7: ascending in time',
    title      VARCHAR(120)  NOT NULL,
    body       VARCHAR(4000) NOT NULL,
    author     VARCHAR(60)   NOT NULL,
    created_at DATETIME(3)   NOT NULL COMMENT 'UTC'
) DEFAULT CHARACTER SET utf8mb4;
