// Package signaling is the mailbox: an HTTP resource through which two WebRTC
// peers that cannot yet reach each other exchange offers, answers and ICE
// candidates. It relays opaque bytes and knows nothing of what they mean.
//
//	sender --POST /inbox?to=receiver--> [Handler -> Store] --GET /inbox--> receiver
//
// A [Store] holds the inboxes ([Memory] is the one in memory), [Handler] serves
// a Store over HTTP, and [Client] is a peer's end of that protocol. An inbox is
// named by its owner's identifier, belongs to the first who names it with a
// password, and lives as long as its owner keeps asking or sending.
package signaling
