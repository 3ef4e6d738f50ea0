-- A prompt of 220 KB, one token back.
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.body = '{"model":"test","messages":[{"role":"user","content":"' .. string.rep("word ", 45056) .. '"}],"max_tokens":1,"stream":false}'
