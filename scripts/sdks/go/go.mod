module posthorn/sdks

go 1.23

require (
	github.com/standard-webhooks/standard-webhooks/libraries v0.0.1
	github.com/svix/svix-webhooks v1.99.1
)

require github.com/google/uuid v1.6.0 // indirect
