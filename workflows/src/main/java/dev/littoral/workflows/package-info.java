/**
 * The workflows of collections and updates, and the interfaces of their activities. {@code CollectionState} and {@code
 * UpdateReportBuilder} decide without Temporal; {@code CollectionLoop} and {@code UpdateRound} carry out. Replayed code
 * has no clock, no randomness and no I/O of its own.
 */
package dev.littoral.workflows;
