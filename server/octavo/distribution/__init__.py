"""Where pieces go besides the blog: channels, deliveries, and the outbox that sends them once.

A channel is one configured instance of an adapter (a plugin, see `octavo.sdk`). A delivery is one
piece going to one channel at one time. Its row is the queue and the truth: the intent to send is
committed before the call, the result right after, and a doubtful outcome is looked into
(`reconcile`) or shown as `unknown`, never blindly repeated. Several workers may run at once.
"""
