/** Concurrency: tasks in parallel, and the logging context across threads. */
package dev.littoral.activities.concurrent;
