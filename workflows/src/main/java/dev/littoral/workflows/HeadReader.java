package dev.littoral.workflows;

import dev.littoral.workflows.model.Head;
import io.temporal.failure.ActivityFailure;
import io.temporal.workflow.Workflow;
import org.slf4j.Logger;

/** Reads the head of a collection's catalog, and the log below it, before its workflow's state decides on them. */
final class HeadReader {
    private final Logger log = Workflow.getLogger(ExternalCollectionWorkflowImpl.class);
    private final String collectionId;
    private final CollectionState state;
    private final CatalogCalls catalog;

    HeadReader(String collectionId, CollectionState state, CatalogCalls catalog) {
        this.collectionId = collectionId;
        this.state = state;
        this.catalog = catalog;
    }

    Head read() {
        return catalog.local("read the head", activities -> activities.readHead(collectionId));
    }

    /**
     * Reads it where a message needs that first.
     *
     * @return whether the message is to be handled: not where the head could not be read, and the message was refused
     */
    boolean before(Message message) {
        if (state.isClosed() || !state.requests().needsHead(message)) {
            return true;
        }
        try {
            Head newest = read();
            state.progress().clearRetry();
            state.jobs().headRead(newest, CollectionLoop.now());
            return true;
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            state.requests().refuse((Message.Request) message, FailureReason.of(e), CollectionLoop.now());
            return false;
        }
    }

    /** Reads it after an update closed, and the log for the commit that the update did not report. */
    void after(long update) {
        Head newest = null;
        Head commit = Head.NONE;
        try {
            newest = read();
            if (state.active().isSearchedFor(update, newest)) {
                commit =
                        catalog.local("look for the commit", activities -> activities.findCommit(collectionId, update));
            }
            state.progress().clearRetry();
        } catch (ActivityFailure e) {
            CatalogCalls.throwIfCancelled(e);
            log.warn("The head could not be read after update {}", update, e);
        }
        state.inspected(update, newest, commit, CollectionLoop.now());
    }
}
