/** Concurrency: tasks in parallel, what they may hold of memory, and the logging context across threads. */
package dev.littoral.activities.concurrent;
