/** Stores that speak S3: clients, credentials, limits on replies, and classified failures. */
package dev.littoral.activities.storage.s3;
