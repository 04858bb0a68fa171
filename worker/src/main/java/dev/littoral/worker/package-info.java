/**
 * The Temporal worker: hosts workflows and activities, connects to the service, and observes updates, health and
 * metrics.
 */
package dev.littoral.worker;
