/**
 * The parsers and validators of what clients send: sources, options, ids, pages. Every refusal is one sentence that
 * names the key, what was found and what is expected, and repeats no secret. Pure and deterministic.
 */
package dev.littoral.workflows.spec;
