-- Writes what a notebook holds itself (attachments, pictures among the outputs) beside it, under the names it uses.
-- pandoc's own --extract-media would fetch pictures from the network, too.
function Pandoc()
  for path, _, content in pandoc.mediabag.items() do
    local file = assert(io.open(path:match("[^/]+$"), "wb"))
    file:write(content)
    file:close()
  end
end
