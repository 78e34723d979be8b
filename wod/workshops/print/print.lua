-- What a reader on paper needs, which HTML and CSS alone do not say.
local PAGE = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'

-- A picture from the network is a link to it: nothing is fetched.
function Image(image)
  if image.src:match("^%a[%w+.-]*:") and not image.src:match("^data:") or image.src:match("^//") then
    local caption = #image.caption > 0 and image.caption or { pandoc.Str(image.src) }
    return pandoc.Link(caption, image.src)
  end
end

-- A word processor has neither a frame around outputs nor page breaks between notebooks.
function Div(div)
  if FORMAT ~= "docx" then return nil end
  if div.classes:includes("output") then
    table.insert(div.content, 1, pandoc.Para({ pandoc.Emph({ pandoc.Str("Output:") }) }))
  elseif div.classes:includes("notebook") then
    table.insert(div.content, 1, pandoc.RawBlock("openxml", PAGE))
  end
  return div
end

-- The title stands on its own page already.
function Meta(meta)
  if FORMAT == "docx" then meta.title = nil end
  return meta
end
