-- The request that wrk repeats: the same body as `halffull bench --unary` sends, without its changing words.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"test","messages":[{"role":"user","content":"' .. string.rep(" word", 100) .. '"}],"max_tokens":10,"stream":false}'
