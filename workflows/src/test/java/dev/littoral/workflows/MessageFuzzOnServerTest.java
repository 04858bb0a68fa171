package dev.littoral.workflows;

/** Fewer of the same messages, on the real server. */
class MessageFuzzOnServerTest extends MessageFuzzTest {
    @Override
    Lab newLab(FakeLake lake) {
        return Lab.onServer(lake, SourcePolicy.NONE, Policies.HISTORY);
    }

    @Override
    boolean waits() {
        return false;
    }

    @Override
    int messages() {
        return super.messages() / 4;
    }
}
