/** Sinks at AWS: SNS topics and SQS queues. */
package dev.littoral.activities.event.aws;
