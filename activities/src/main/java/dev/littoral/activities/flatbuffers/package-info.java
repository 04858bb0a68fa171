/** A bounded reader of FlatBuffers, for metadata of files that are not trusted. */
package dev.littoral.activities.flatbuffers;
