"""feedmill.push: the WebSub hub, a follower of the store (https://www.w3.org/TR/websub/)."""
